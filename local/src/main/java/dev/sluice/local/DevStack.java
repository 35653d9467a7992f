package dev.sluice.local;

import dev.sluice.emulators.ApiGateway;
import dev.sluice.emulators.EventSourceMapping;
import dev.sluice.emulators.EventSourceMapping.Drained;
import dev.sluice.emulators.Scheduler;
import dev.sluice.emulators.SqsQueues;
import dev.sluice.emulators.SqsServer;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.upstream.ModelsFile;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole product on one machine: gateway, queue, completion function, ticked daemon, PostgreSQL
/// and demo models in one process, or with the functions in processes of their own (fork mode).
///
/// Everything that must survive a restart lies in the data directory. Messages of the embedded
/// queue live in memory: a clean stop drains them into PostgreSQL, a kill loses them.
public final class DevStack implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DevStack.class);
  private static final Duration RUNNING_CALLS = Duration.ofSeconds(5);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);
  private static final int MAX_RECEIVE_COUNT = 100;

  /// How long the daemon's runs may go on once the stack stops; then they put back what they hold.
  private static final Duration RUNNING_DAEMONS = Duration.ofSeconds(2);

  private final Parts parts;
  private final StackSecrets secrets;
  private final StackDatabase database;
  private final SqsQueues queues;
  private final Functions functions;
  private final EventSourceMapping.Settings mappingSettings;
  private final DaemonTriggers daemon;
  private final ApiGateway gateway;
  private final DevAccounts accounts;
  private final StackDescription description;
  private volatile EventSourceMapping mapping;
  private boolean paused;
  private boolean stopped;

  private DevStack(DevSettings settings, Parts parts) {
    this.parts = parts;
    DataDirectory data = parts.add(DataDirectory.open(settings.dataDirectory()));
    this.secrets = StackSecrets.of(data.file("secrets.json"), new SecureRandom());
    this.database = parts.add(StackDatabase.start(settings, data));
    URI queueEndpoint = queueEndpoint(settings, parts);
    this.queues =
        parts.add(
            SqsQueues.create(
                queueEndpoint,
                settings.aws() == null ? "" : settings.aws().prefix(),
                new SqsQueues.Settings(settings.times().visibility(), MAX_RECEIVE_COUNT)));
    DemoUpstream demo = parts.add(DemoUpstream.start(0, null));
    Path models =
        settings.modelsFile() == null
            ? DemoModels.write(data, demo.baseUrl())
            : settings.modelsFile();
    Map<String, Object> properties = properties(models, queueEndpoint);
    properties.putAll(stores(settings, data));
    properties.putAll(settings.functionProperties());
    this.description = new StackDescription(data.file("dev.json"));
    this.functions = parts.add(functions(settings, models, properties, data));
    this.mappingSettings = EventSourceMapping.Settings.completions(settings.times().window());
    this.mapping = startMapping();
    this.daemon =
        parts.add(DaemonTriggers.start(functions.daemon(), queues, settings.times().tick()));
    this.gateway =
        parts.add(
            ApiGateway.start(new ApiGateway.Settings(settings.port()), StackRoutes.of(functions)));
    try (AdminClient admin = new AdminClient(gateway.uri(), secrets.adminKey())) {
      this.accounts = DevAccounts.of(data.file("accounts.json"), admin);
    }
    publish(queueEndpoint, demo);
  }

  /// What scripts need to know.
  private void publish(URI queueEndpoint, DemoUpstream demo) {
    description.publish(
        JsonObject.builder()
            .put("base_url", gateway.uri() + "/v1")
            .put("api_key", accounts.apiKey())
            .put("other_api_key", accounts.otherApiKey())
            .put("account_id", accounts.accountId())
            .put("database_url", database.url())
            .put("queue_endpoint", queueEndpoint.toString())
            .put("demo_upstream_url", demo.baseUrl().toString())
            .build());
  }

  private Functions functions(
      DevSettings settings, Path models, Map<String, Object> properties, DataDirectory data) {
    ForkSettings fork = settings.fork();
    return fork == null
        ? StackFunctions.start(properties)
        : ForkedFunctions.start(
            fork,
            fork.functionEnvironment(properties, variables(models, fork.environment())),
            data,
            description);
  }

  /// The variables that hold keys of upstreams.
  private static Set<String> variables(Path models, Map<String, String> environment) {
    Set<String> named = new HashSet<>();
    try {
      var _ =
          ModelsFile.parse(
              Files.readString(models),
              name -> {
                named.add(name);
                return environment.containsKey(name);
              });
      return named;
    } catch (IOException e) {
      throw new UncheckedIOException("The models file " + models + " cannot be read", e);
    }
  }

  /// The settings of all functions, but for those of the stores.
  private Map<String, Object> properties(Path models, URI queueEndpoint) {
    Map<String, Object> properties = new HashMap<>(database.properties());
    properties.put("sluice.config", models.toString());
    properties.put("sluice.queue.url", queues.completions().url());
    properties.put("sluice.wake.url", queues.wake().url());
    properties.put("sluice.queue.endpoint", queueEndpoint.toString());
    return properties;
  }

  private Map<String, Object> stores(DevSettings settings, DataDirectory data) {
    return settings.aws() == null
        ? StackStores.inFiles(data.path().resolve("objects"), secrets)
        : StackStores.on(settings.aws(), secrets);
  }

  /// Starts everything; when a part does not start, those before it are stopped again.
  ///
  /// @throws IllegalArgumentException before anything starts, when the models file is missing
  public static DevStack start(DevSettings settings) {
    Path models = settings.modelsFile();
    if (models != null && (!Files.isReadable(models) || Files.isDirectory(models))) {
      throw new IllegalArgumentException(
          "SLUICE_CONFIG must be a file that can be read, not " + models);
    }
    Parts parts = new Parts();
    try {
      return new DevStack(settings, parts);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private static URI queueEndpoint(DevSettings settings, Parts parts) {
    if (settings.sqsEndpoint() != null) {
      return URI.create(settings.sqsEndpoint());
    }
    return settings.aws() == null
        ? parts.add(SqsServer.start()).endpoint()
        : settings.aws().endpoint();
  }

  private EventSourceMapping startMapping() {
    return parts.add(EventSourceMapping.start(queues, mappingSettings, functions.completion()));
  }

  /// What scripts need to know now, as in `dev.json`.
  public JsonObject description() {
    return description.content();
  }

  /// The base URL for SDKs; ends in `/v1`.
  public String baseUrl() {
    return gateway.uri() + "/v1";
  }

  public int port() {
    return gateway.port();
  }

  DevAccounts accounts() {
    return accounts;
  }

  StackDatabase database() {
    return database;
  }

  SqsQueues queues() {
    return queues;
  }

  MetricSeries metrics() {
    return functions.metrics();
  }

  /// Acts as the operator of this stack.
  AdminClient admin() {
    return new AdminClient(gateway.uri(), secrets.adminKey());
  }

  /// Leaves records on the queue from now on, also when the stack stops.
  synchronized void pauseCompletions() {
    paused = true;
    mapping.close();
  }

  /// Takes records off the queue again.
  synchronized void resumeCompletions() {
    paused = false;
    mapping = startMapping();
  }

  /// Runs the daemon once, now.
  Scheduler.Tick tick() {
    return daemon.tick();
  }

  /// Waits until every record is in PostgreSQL.
  ///
  /// @return false when some are still in the queue after the limit
  boolean drain(Duration limit) {
    return mapping.drain(limit).left() == 0;
  }

  /// Closes the door, lets running calls end for up to 5 s, makes the daemon's runs put back what
  /// they hold, and drains the queue into PostgreSQL, which is started again for it when somebody
  /// killed the embedded one.
  ///
  /// @return what became of the records that were still in the queue; a repeat answers zeros
  public synchronized Drained stop() {
    if (stopped) {
      return new Drained(0, 0);
    }
    stopped = true;
    gateway.closeDoor();
    if (!gateway.awaitQuiet(RUNNING_CALLS)) {
      LOG.atWarn().log("Some calls were still running and are cut");
      gateway.cutRunning();
      var _ = gateway.awaitQuiet(RUNNING_CALLS);
    }
    reviveDatabase();
    // Before the drain: what the daemon sends later would be lost with the queue.
    daemon.close(RUNNING_DAEMONS);
    Drained drained = mapping.drain(paused ? Duration.ZERO : DRAIN_LIMIT);
    parts.close();
    return drained;
  }

  /// The records on the queue are lost with this process when there is no database to take them.
  private void reviveDatabase() {
    try {
      database.revive();
    } catch (UncheckedIOException e) {
      // The other parts must be stopped all the same; the drain says how many were lost.
      LOG.atError().setCause(e).log("PostgreSQL did not start again");
    }
  }

  @Override
  public void close() {
    var _ = stop();
  }
}
