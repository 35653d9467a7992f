package dev.sluice.daemon;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.daemon.DaemonEvent.UnknownEventException;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.sandbox.Priming;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.store.DatabaseConfiguration;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wiring.UpstreamSettings;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda entry point of the daemon: the raw event of a tick or of a wake in, one run, and what
/// it did out; a wake is answered as its queue wants it.
///
/// Settings are `datasources.default.url`, `.username`, `.password`, `sluice.queue.url`,
/// `sluice.objects.directory` or `sluice.objects.bucket`, `sluice.config`, `sluice.database.*`,
/// `sluice.upstream.*`, `sluice.daemon.*` and, for calls at times of its own, `sluice.schedule.*`.
/// Starting opens no connection. An exception means that something was not done; the next tick does
/// it. Nobody repeats a tick; a wake comes again, which is harmless. An interrupt asks the run to
/// stop. Safe for use by several threads.
public final class DaemonHandler implements RequestStreamHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DaemonHandler.class);

  /// Nothing of the batch has failed. An answer that is not exactly this makes it come again.
  private static final String ALL_SIGNALS_TAKEN = "{\"batchItemFailures\":[]}";

  private final ApplicationContext context;
  private final DaemonRuns runs;
  private final Successor successor;
  private final SandboxLife sandbox;
  private final Metrics metrics;

  /// Configured by the environment.
  public DaemonHandler() {
    this(Map.of());
  }

  /// @param properties win over the environment
  public DaemonHandler(Map<String, Object> properties) {
    // Deducing the environment would look for cloud metadata servers at every start.
    this(
        ApplicationContext.builder().deduceEnvironment(false).banner(false).properties(properties));
    var _ = context.registerSingleton(Priming.class, new DaemonPriming());
    DaemonConfiguration configuration = context.getBean(DaemonConfiguration.class);
    CallConfiguration calls = context.getBean(CallConfiguration.class);
    LOG.atInfo()
        .addKeyValue("duties", configuration)
        .addKeyValue("calls", calls)
        .addKeyValue("upstream", context.getBean(UpstreamSettings.class))
        .addKeyValue("database", context.getBean(DatabaseConfiguration.class))
        .log("Daemon function started");
  }

  /// One that neither says that it has started nor primes itself.
  public DaemonHandler(ApplicationContextBuilder builder) {
    context = builder.start();
    runs = context.getBean(DaemonRuns.class);
    successor = context.getBean(Successor.class);
    sandbox = context.getBean(SandboxLife.class);
    metrics = context.getBean(Metrics.class);
  }

  /// @throws UnknownEventException when the event is none of those that this function is for
  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context invocation)
      throws IOException {
    long start = System.nanoTime();
    Deadline deadline = Deadline.in(Duration.ofMillis(invocation.getRemainingTimeInMillis()));
    DaemonEvent known = known(event.readAllBytes());
    Done done = run(invocation, deadline);
    metrics.record(Metric.DAEMON_RUN_TIME, (System.nanoTime() - start) / 1e6);
    switch (known) {
      case DaemonEvent.Tick _ -> answer.write(Json.write(counts(done)));
      case DaemonEvent.Wake _ ->
          answer.write(ALL_SIGNALS_TAKEN.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static JsonObject counts(Done done) {
    JsonObject.Builder counts = JsonObject.builder();
    for (Count count : Count.values()) {
      counts.put(count.text(), done.count(count));
    }
    return counts.build();
  }

  private Done run(Context invocation, Deadline deadline) {
    try {
      DaemonRun run = runs.next();
      try {
        return run.run(invocation.getFunctionVersion(), deadline);
      } finally {
        successor.arrange(invocation.getInvokedFunctionArn(), run.isHeldUp(), deadline);
      }
    } finally {
      sandbox.endOfInvocation();
    }
  }

  private static DaemonEvent known(byte[] event) {
    try {
      return DaemonEvent.read(event);
    } catch (UnknownEventException e) {
      LOG.atError().addKeyValue("problem", e.getMessage()).log("The daemon got an unknown event");
      throw e;
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
