package dev.sluice.daemon;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.daemon.DaemonEvent.UnknownEventException;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda entry point of the daemon: the raw event of a tick in, one run, what it did out.
///
/// Settings are `datasources.default.url`, `.username`, `.password`, `sluice.queue.url`,
/// `sluice.objects.directory` or `sluice.objects.bucket`, `sluice.database.*` and
/// `sluice.daemon.*`. Starting opens no connection. An exception means that something was not done;
/// the next tick does it, and nobody repeats this one. Safe for use by several threads.
public final class DaemonHandler implements RequestStreamHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DaemonHandler.class);

  private final ApplicationContext context;
  private final DaemonRuns runs;
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
  }

  public DaemonHandler(ApplicationContextBuilder builder) {
    context = builder.start();
    runs = context.getBean(DaemonRuns.class);
    sandbox = context.getBean(SandboxLife.class);
    metrics = context.getBean(Metrics.class);
    DaemonConfiguration configuration = context.getBean(DaemonConfiguration.class);
    LOG.atInfo()
        .addKeyValue("gateway_lost_after", configuration.gatewayLostAfter())
        .addKeyValue("rescue_page", configuration.rescuePage())
        .addKeyValue("rescue_statement_timeout", configuration.rescueStatementTimeout())
        .addKeyValue("sweep_page", configuration.sweepPage())
        .addKeyValue("sweep_time", configuration.sweepTime())
        .addKeyValue("heartbeat_every", configuration.heartbeatEvery())
        .addKeyValue("stop_margin", configuration.stopMargin())
        .log("Daemon function started");
  }

  /// @throws UnknownEventException when the event is none of those that this function is for
  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context invocation)
      throws IOException {
    long start = System.nanoTime();
    Deadline deadline = Deadline.in(Duration.ofMillis(invocation.getRemainingTimeInMillis()));
    Done done = run(event.readAllBytes(), invocation.getFunctionVersion(), deadline);
    metrics.record(Metric.DAEMON_RUN_TIME, (System.nanoTime() - start) / 1e6);
    answer.write(
        Json.write(
            JsonObject.builder()
                .put("gateways_lost", done.count(Count.GATEWAYS_LOST))
                .put("spills_swept", done.count(Count.SPILLS_SWEPT))
                .put("spills_failed", done.count(Count.SPILLS_FAILED))
                .build()));
  }

  private Done run(byte[] event, String version, Deadline deadline) {
    try {
      return switch (known(event)) {
        case DaemonEvent.Tick _ -> runs.next().run(version, deadline);
      };
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
