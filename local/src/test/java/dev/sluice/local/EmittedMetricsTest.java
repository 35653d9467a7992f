package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionRecorder;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.ObjectStore;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table of metrics against what a stack counts in a day in which nearly everything happens.
@Tag(BackingServices.TAG)
final class EmittedMetricsTest {

  /// Counted only while a queue is away, which `CompletionRecorderTest` and `SqsWakeSignalTest` see
  /// to, or while the database is slow, which `DaemonHandlerTest` sees to.
  private static final Set<Metric> FAULTS =
      EnumSet.of(
          Metric.ENQUEUE_FAILURES,
          Metric.RECORDS_SPILLED,
          Metric.RECORDS_LOST,
          Metric.WAKE_FAILURES,
          Metric.DAEMON_RESCUE_TOO_SLOW);

  /// Counted only for queued work, which `QueuedPathTest`, `QueuedAnswersTest` and the daemon's
  /// tests see to.
  private static final Set<Metric> QUEUED =
      EnumSet.of(
          Metric.REQUESTS_ENQUEUED,
          Metric.FLEX_WAIT,
          Metric.SDK_RETRIES_JOINED,
          Metric.DAEMON_CLAIMS,
          Metric.DAEMON_IN_FLIGHT,
          Metric.DAEMON_CALLS,
          Metric.DAEMON_RETRIES,
          Metric.DAEMON_RETRY_DENIED,
          Metric.DAEMON_LEASE_EXPIRIES,
          Metric.DAEMON_DEADLINE_MARGIN,
          Metric.DAEMON_DRAINED,
          Metric.DAEMON_EXPIRED,
          Metric.DAEMON_STALE_RESULTS,
          Metric.DAEMON_RESULTS_LOST,
          Metric.RETENTION_DELETED,
          Metric.DAEMON_NEXT_RUNS,
          Metric.DAEMON_NEXT_RUN_FAILURES);

  private static final ResponseId LOST =
      new ResponseId(UUID.fromString("019aa5d5-6a3b-7000-8000-000000000001"));
  private static final Instant AT = Instant.parse("2026-11-21T10:00:00Z");

  @TempDir private Path directory;

  @Test
  void everyMetricOfTheTableIsCountedAndNoOther() throws IOException {
    try (DemoUpstream demo = DemoUpstream.start(0, null);
        TestingStack stack = TestingStack.start(settings(demo))) {
      stack.chat("steady", "hello", Map.of("x-sluice-account-id", "spoofed"));
      stack.chat("falling-back", "hello", Map.of());
      leaveInMidStream(stack);
      repairALostGateway(stack);
      stack.send(
          """
          {"schema_version":1,"type":"started","request_id":"","account_id":"a"}\
          """);
      stack.await("select count(*) = 1 from quarantine");
      sweepWhatLiesThere(stack);
      stack.send("not a record");
      stack.await(() -> counted(stack).contains(Metric.COMPLETION_REDELIVERED));
      // What is no record never leaves the queue by itself: a drain at the end would wait for it.
      stack.pauseCompletions();

      assertThat(counted(stack))
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(Metric.values())
                  .filter(metric -> !FAULTS.contains(metric) && !QUEUED.contains(metric))
                  .toList());
    }
  }

  private static Set<Metric> counted(TestingStack stack) {
    return stack.metrics().snapshot().keySet().stream()
        .map(MetricSeries.Key::metric)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Metric.class)));
  }

  private DevSettings settings(DemoUpstream demo) throws IOException {
    Path models =
        Files.writeString(
            directory.resolve("models-under-test.yaml"),
            """
            upstreams:
              - { name: gone, base_url: "http://127.0.0.1:%d/v1", auth: none }
              - { name: demo, base_url: "%s", auth: none }
            models:
              - { alias: steady, upstreams: [ { name: demo, model: demo-echo } ], endpoints: [ chat ] }
              - { alias: slow, upstreams: [ { name: demo, model: demo-slow } ], endpoints: [ chat ] }
              - alias: falling-back
                upstreams: [ { name: gone, model: x }, { name: demo, model: demo-echo } ]
                endpoints: [ chat ]
            """
                .formatted(closedPort(), demo.baseUrl()));
    return DevSettings.forTests(directory.resolve("data"))
        .withModels(models)
        .withTimes(new EmulatorTimes(Duration.ofSeconds(1), Duration.ofMillis(100), null));
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /// Closes the connection with a reset once the first bytes are there, and waits for the record.
  private static void leaveInMidStream(TestingStack stack) throws IOException {
    String body =
        """
        {"model":"slow","stream":true,"messages":[{"role":"user","content":"one two three four five six"}]}\
        """;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stack.port())) {
      socket.setSoLinger(true, 0);
      socket
          .getOutputStream()
          .write(
              RawHttp.request(
                  "POST",
                  "/v1/chat/completions",
                  Map.of(
                      "Authorization",
                      "Bearer " + stack.apiKey(),
                      "Content-Type",
                      "application/json"),
                  body.getBytes(StandardCharsets.UTF_8)));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
    }
    stack.await("select count(*) = 1 from request where client_disconnected");
  }

  /// One object is a record, the other one nothing that a queue takes.
  private void sweepWhatLiesThere(TestingStack stack) {
    ObjectStore objects = stack.objects();
    objects.put(
        CompletionRecorder.SPILL_PREFIX + "a",
        RecordCodec.encode(new StartedRecord(head(stack), null))
            .getBytes(StandardCharsets.US_ASCII));
    objects.put(CompletionRecorder.SPILL_PREFIX + "b", new byte[0]);

    var _ = stack.tick();

    assertThat(objects.list(CompletionRecorder.SPILL_PREFIX, 10))
        .containsExactly(CompletionRecorder.SPILL_PREFIX + "b");
  }

  private static CompletionRecord.Head head(TestingStack stack) {
    return new CompletionRecord.Head(
        new UUID(0, 1),
        LOST,
        UUID.fromString(stack.accountId()),
        "AbCd1234",
        AT,
        Endpoint.CHAT_COMPLETIONS,
        "steady",
        ServiceTier.DEFAULT,
        false,
        false,
        true,
        AT,
        "",
        null);
  }

  /// Presumes a gateway dead, and delivers its record after all.
  private static void repairALostGateway(TestingStack stack) {
    stack.send(RecordCodec.encode(new StartedRecord(head(stack), null)));
    stack.await("select count(*) = 1 from request where id = '" + LOST.uuid() + "'");
    stack.execute(
        "update request set recorded_at = now() - interval '1 hour' where id = '%s'"
            .formatted(LOST.uuid()));
    var _ = stack.tick();
    stack.send(
        RecordCodec.encode(
            new FinishedRecord(
                head(stack),
                Outcome.COMPLETED,
                200,
                null,
                false,
                1L,
                AT,
                null,
                List.of(),
                null,
                null)));
    stack.await("select state = 'completed' from request where id = '" + LOST.uuid() + "'");
  }
}
