package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.BatchFunction;
import dev.sluice.emulators.EventSourceMapping;
import dev.sluice.emulators.EventSourceMapping.Drained;
import dev.sluice.emulators.ForkedFunction;
import dev.sluice.emulators.Initialization;
import dev.sluice.emulators.LambdaContext;
import dev.sluice.emulators.OneTimeSchedules;
import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.SandboxListener;
import dev.sluice.emulators.SandboxSettings;
import dev.sluice.emulators.Scheduler;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SnapStart of every function from its deployment package, under AWS's runtime client or our own:
/// each is primed when the snapshot would be taken, nothing of that has reached a database, a
/// queue, a model server or a metric, and what was restored works. Runs when the artifacts are
/// built.
final class RestoredArtifactTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// Five processes prime themselves at once, on machines that are busy.
  private static final Duration START_LIMIT = Duration.ofMinutes(4);

  private static final Pattern RESPONSE_ID = Pattern.compile("resp_[0-9A-Za-z_-]+");

  /// As a gateway would have two copies of one snapshot.
  private static final String OTHER_INFERENCE = "other-inference";

  @TempDir private Path directory;
  private final List<ForkedFunction> functions = new ArrayList<>();
  private final Map<String, List<Long>> tracesAtSnapshot = new ConcurrentHashMap<>();
  private final Map<String, List<String>> lines = new ConcurrentHashMap<>();
  private final Map<DeployedArtifact, Path> tasks = new EnumMap<>(DeployedArtifact.class);
  private OneTimeSchedules schedules;
  private LoadUpstream upstream;
  private TestingStack stack;

  @BeforeEach
  void start() {
    schedules = OneTimeSchedules.start();
    upstream = LoadUpstream.start(Duration.ZERO);
    stack =
        TestingStack.start(
            DevSettings.forTests(directory.resolve("data"))
                .withModels(upstream.modelsFile(directory)));
    stack.pauseCompletions(); // The records are for the function under test.
  }

  @AfterEach
  void stop() {
    functions.forEach(ForkedFunction::close);
    stack.close();
    upstream.close();
    schedules.close();
  }

  @Test
  void everyFunctionIsPrimedWithoutATraceAndServesAfterItsSnapshot() throws Exception {
    ForkedFunction inference = function(Functions.INFERENCE, Functions.INFERENCE);
    ForkedFunction other = function(Functions.INFERENCE, OTHER_INFERENCE);
    ForkedFunction api = function(Functions.API, Functions.API);
    ForkedFunction completion = function(Functions.COMPLETION, Functions.COMPLETION);
    ForkedFunction daemon = function(Functions.DAEMON, Functions.DAEMON);

    startAll();

    assertThat(tracesAtSnapshot)
        .hasSize(5)
        .allSatisfy((name, traces) -> assertThat(traces).as(name).containsOnly(0L));
    assertThat(lines).hasSize(5).allSatisfy(RestoredArtifactTest::saysThatItIsPrimedAndNoMore);
    assertThat(lines)
        .allSatisfy((name, written) ->
            assertThat(written).as(name).noneMatch(line -> secrets().anyMatch(line::contains)));

    assertThat(List.of(chat(inference), chat(other))).doesNotHaveDuplicates();
    assertThat(call(api, event("GET", "/v1/models", ""))).contains("\"statusCode\":200");
    queueForLater();
    assertThat(tick(daemon)).isInstanceOf(Scheduler.Tick.Answered.class);
    assertThat(schedules.waiting()).as("the run's successor").hasSize(1);
    assertThat(stack.count("select count(*) from daemon where stopped_at is not null")).isOne();
    assertThat(drain(completion)).isEqualTo(new Drained(4, 0));
    assertThat(stack.count("select count(*) from request where state = 'completed'")).isEqualTo(2);
    // It takes each batch for a full one, and keeps its session then: a session is told apart.
    assertThat(sessions(Functions.COMPLETION)).isOne();
    assertThat(traces(Functions.COMPLETION)).as("the control").doesNotContain(0L);
    assertThat(lines.get(Functions.INFERENCE))
        .as("the control")
        .anyMatch(RestoredArtifactTest::isMetric);
  }

  /// A request that was put back for half an hour.
  private void queueForLater() {
    stack.execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, tier_class, created_at, deadline, attempt, not_before)
        values ('019aa5d5-6a3b-7000-8000-000000000001', '%s', 'AbCd1234', '',
          '/v1/chat/completions', '%s', 'flex', false, false, true, 'daemon', 'pending', 1, now(),
          now() + interval '1 hour', 1, now() + interval '30 minutes')
        """
            .formatted(stack.accountId(), LoadCall.MODEL));
  }

  private static boolean isMetric(String line) {
    return line.contains("\"_aws\"");
  }

  private static void saysThatItIsPrimedAndNoMore(String name, List<String> written) {
    assertThat(written)
        .as(name)
        .anyMatch(line -> line.contains("Primed for the snapshot") && line.contains("\"3\""))
        .noneMatch(RestoredArtifactTest::isMetric)
        .noneMatch(line -> line.contains("\"WARN\"") || line.contains("\"ERROR\""))
        .filteredOn(line -> line.contains("function started"))
        .as("one line with the settings")
        .singleElement()
        .asString()
        .contains("DatabaseConfiguration[");
  }

  private Stream<String> secrets() {
    return secretsOfTheStack().members().values().stream()
        .map(JsonValue::asText)
        .flatMap(Optional::stream);
  }

  private JsonObject secretsOfTheStack() {
    try {
      return Json.objectOrEmpty(
          Files.readAllBytes(directory.resolve("data").resolve("secrets.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// @param name of the function
  /// @param session what its sessions are called
  private ForkedFunction function(String name, String session) throws IOException {
    ForkSettings fork = new ForkSettings(1, Map.of("SLUICE_COMPLETION_FULL_BATCH", "1"));
    Path task = task(name);
    ForkedFunction function =
        ForkedFunction.of(
            new SandboxSettings(
                session,
                DeployedArtifact.command(
                    name, task, Files.createDirectories(directory.resolve(session))),
                fork.functionEnvironment(properties(session, task), Set.of()),
                Initialization.SNAP_START,
                LIMIT,
                START_LIMIT,
                1,
                false),
            new Watch(session));
    functions.add(function);
    return function;
  }

  private Path task(String name) throws IOException {
    DeployedArtifact artifact = DeployedArtifact.of(name);
    Path known = tasks.get(artifact);
    if (known != null) {
      return known;
    }
    Path task = artifact.unpack(directory.resolve("task"));
    tasks.put(artifact, task);
    return task;
  }

  private Map<String, Object> properties(String session, Path task) {
    JsonObject description = stack.stack().description();
    Path data = directory.resolve("data");
    JsonObject secrets = secretsOfTheStack();
    Map<String, Object> properties = new HashMap<>();
    properties.put(
        "datasources.default.url",
        // The server here speaks no TLS, and is spoken to without after it has said so.
        "%s&ApplicationName=%s&sslmode=prefer&sslrootcert=%s"
            .formatted(
                description.text("database_url").orElseThrow(),
                session,
                task.resolve("rds-global-bundle.pem")));
    // The server here lets everybody in; the passwords are made all the same.
    properties.put("sluice.database.authentication", "iam");
    properties.put("datasources.default.username", PostgresServer.Database.USER);
    properties.put("sluice.id-key", secrets.text("id_key").orElseThrow());
    properties.put("sluice.peppers", "1:" + secrets.text("pepper").orElseThrow());
    properties.put("sluice.admin-key", secrets.text("admin_key").orElseThrow());
    properties.put("sluice.config", upstream.modelsFile(directory).toString());
    properties.put("sluice.queue.url", stack.stack().queues().completions().url());
    properties.put("sluice.queue.endpoint", description.text("queue_endpoint").orElseThrow());
    properties.put("sluice.schedule.endpoint", schedules.endpoint().toString());
    properties.put("sluice.schedule.group", "sluice");
    properties.put("sluice.schedule.role", "arn:aws:iam::123456789012:role/call-the-daemon");
    properties.put("sluice.objects.directory", data.resolve("objects").toString());
    return properties;
  }

  /// Looks for what a process has left outside at the moment of its snapshot.
  private final class Watch implements SandboxListener {

    private final String session;

    private Watch(String session) {
      this.session = session;
      lines.put(session, new CopyOnWriteArrayList<>());
    }

    @Override
    public void snapshot(String functionName, long pid) {
      tracesAtSnapshot.put(session, traces(session));
    }

    @Override
    public void started(String functionName, long pid) {}

    @Override
    public void ended(String functionName, long pid, int status) {}

    @Override
    public void wrote(String functionName, String line) {
      lines.getOrDefault(session, List.of()).add(line);
    }
  }

  /// Sessions, calls of the model, messages and rows, schedules.
  private List<Long> traces(String session) {
    return List.of(
        sessions(session) + stack.count("select count(*) from daemon"),
        (long) upstream.calls(),
        (long) stack.stack().queues().counts(stack.stack().queues().completions()).total()
            + stack.count("select count(*) from request"),
        (long) schedules.waiting().size());
  }

  private long sessions(String session) {
    return stack.count(
        "select count(*) from pg_stat_activity where application_name = '" + session + "'");
  }

  private void startAll() throws Exception {
    List<FutureTask<Boolean>> starts = new ArrayList<>();
    for (ForkedFunction function : functions) {
      FutureTask<Boolean> start =
          new FutureTask<>(() -> {
            function.warmUp();
            return true;
          });
      starts.add(start);
      var _ = Thread.ofVirtual().start(start);
    }
    for (FutureTask<Boolean> start : starts) {
      assertThat(start.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  /// @return the id of the response
  private String chat(ForkedFunction inference) throws IOException {
    String answer =
        call(
            inference,
            event(
                "POST",
                "/v1/chat/completions",
                """
                {"model":"%s","messages":[{"role":"user","content":"Hello"}]}\
                """
                    .formatted(LoadCall.MODEL)));
    assertThat(answer).startsWith("{\"statusCode\":200").contains("\"content\":\"Hello\"");
    Matcher id = RESPONSE_ID.matcher(answer);
    assertThat(id.find()).as(answer).isTrue();
    return id.group();
  }

  private byte[] event(String method, String path, String body) {
    JsonObject headers =
        JsonObject.builder()
            .put("Authorization", "Bearer " + stack.apiKey())
            .put("Content-Type", "application/json")
            .build();
    return Json.write(
        JsonObject.builder()
            .put("httpMethod", method)
            .put("path", path)
            .put("headers", headers)
            .put("body", body)
            .put("requestContext", JsonObject.builder().put("requestId", "restored").build())
            .build());
  }

  private static String call(ForkedFunction function, byte[] event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    function.handleRequest(
        new ByteArrayInputStream(event),
        answer,
        LambdaContext.starting("restored", UUID.randomUUID().toString(), null, LIMIT));
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static Scheduler.Tick tick(ForkedFunction daemon) {
    try (Scheduler scheduler =
        Scheduler.paused(
            new Scheduler.Settings(Functions.DAEMON, LIMIT, Functions.DAEMON_LIMIT, 1), daemon)) {
      return scheduler.tickOnce();
    }
  }

  private Drained drain(ForkedFunction completion) {
    try (EventSourceMapping mapping =
        EventSourceMapping.paused(
            stack.stack().queues(),
            EventSourceMapping.Settings.TEST,
            BatchFunction.ofBytes(completion))) {
      return mapping.drain(LIMIT);
    }
  }
}
