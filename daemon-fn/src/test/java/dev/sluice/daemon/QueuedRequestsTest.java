package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.LambdaContext;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAction;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.telemetry.Metric;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Queued requests through the whole function, with PostgreSQL and model servers.
final class QueuedRequestsTest {

  static final String ANSWER =
      """
      {"id":"c","object":"chat.completion","created":1,"model":"m0","choices":[{"index":0,\
      "message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],\
      "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\
      """;
  private static final Duration LONG = Duration.ofSeconds(20);

  /// Leases and looks that are quick enough for a test.
  private static final Map<String, Object> QUICK =
      Map.of(
          "sluice.daemon.lease", "1s",
          "sluice.daemon.lease-every", "300ms",
          "sluice.daemon.check-every", "200ms",
          "sluice.daemon.claim-every", "100ms",
          "sluice.daemon.drain-margin", "20s",
          "sluice.database.pool-size", 4);

  @TempDir private Path directory;

  private Fixture fixture;

  @BeforeEach
  void open() {
    fixture = Fixture.create(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void aWakeHasWhatIsQueuedCalledAndEachRequestIsOneRow() throws Exception {
    var _ = fixture.insertPending(25, Map.of());

    try (ScriptedUpstream upstream = ScriptedUpstream.answering(UpstreamAnswer.json(200, ANSWER));
        DaemonHandler handler = handler(upstream)) {
      assertThat(call(handler, DaemonEventTest.WAKE)).isEqualTo("{\"batchItemFailures\":[]}");

      assertThat(upstream.requests()).hasSize(25);
      fixture.awaitNoSession();
    }

    assertThat(
            fixture.query(
                """
                select state, response_status, attempt, crashes, claim_token, output_tokens, count(*)
                from request group by 1, 2, 3, 4, 5, 6
                """))
        .containsExactly("completed|200|1|0|-|2|25");
    assertThat(
            fixture.query(
                """
                select a.upstream, a.upstream_model, a.status, a.error, a.output_tokens,
                  a.finished_at = r.finished_at, count(*)
                from request_attempt a join request r on r.id = a.request_id
                group by 1, 2, 3, 4, 5, 6
                """))
        .containsExactly("u0|m0|200|-|2|t|25");
    assertThat(fixture.query("select content_type, count(*) from response_body group by 1"))
        .containsExactly("application/json|25");
    assertThat(
            fixture.query(
                "select claimed, completed, free_slots, stopped_at is not null from daemon"))
        .containsExactly("25|25|0|t");
  }

  @Test
  void twoRunsAtOnceCallEachRequestOnce() throws Exception {
    List<String> ids = fixture.insertPending(300, Map.of());

    try (ScriptedUpstream upstream = ScriptedUpstream.answering(UpstreamAnswer.json(200, ANSWER));
        DaemonHandler one = handler(upstream);
        DaemonHandler other = handler(upstream)) {
      FutureTask<String> first = started(one);
      FutureTask<String> second = started(other);
      var _ = first.get(60, TimeUnit.SECONDS);
      var _ = second.get(60, TimeUnit.SECONDS);

      assertThat(upstream.requests()).hasSize(300);
      assertThat(upstream.requests().stream().map(QueuedRequestsTest::id))
          .containsExactlyInAnyOrderElementsOf(new HashSet<>(ids));
    }

    assertThat(fixture.query("select state, count(*) from request group by 1"))
        .containsExactly("completed|300");
  }

  @Test
  void aServerThatIsSlowerThanTheLeaseIsCalledOnce() throws Exception {
    var _ = fixture.insertPending(1, Map.of());

    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(
                _ -> UpstreamAnswer.empty().delay(Duration.ofSeconds(3)).then(json()));
        DaemonHandler slow = handler(upstream);
        DaemonHandler other = handler(upstream)) {
      FutureTask<String> run = started(slow);
      upstream.awaitRequests(1, LONG);
      while (!run.isDone()) {
        assertThat(call(other, DaemonEventTest.TICK)).contains("\"rescued\":0");
      }

      assertThat(run.get()).contains("\"completed\":1");
      assertThat(upstream.requests()).hasSize(1);
    }

    assertThat(fixture.query("select state, attempt, crashes from request"))
        .containsExactly("completed|1|0");
  }

  @Test
  void aCanceledRequestLosesItsCallAndItsCostIsKept() throws Exception {
    var _ = fixture.insertPending(1, Map.of());
    String chunk =
        """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m0","choices":[{"index":0,\
        "delta":{"role":"assistant","content":"he"}}],\
        "usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}\
        """;

    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(_ -> UpstreamAnswer.eventStream().event(chunk).hang());
        DaemonHandler handler = handler(upstream)) {
      FutureTask<String> run = started(handler);
      upstream.awaitRequests(1, LONG);

      fixture.execute(
          """
          update request set state = 'canceled', finished_at = now(), daemon_id = null,
            claim_token = null, lease_until = null
          """);
      upstream.awaitDepartures(1, Duration.ofSeconds(5));

      assertThat(run.get(20, TimeUnit.SECONDS)).contains("\"completed\":0,\"failed\":0");
    }

    assertThat(fixture.query("select state, output_tokens from request"))
        .containsExactly("canceled|1");
    assertThat(
            fixture.query(
                "select error, output_tokens, finished_at is not null from request_attempt"))
        .containsExactly("canceled|1|t");
    assertThat(Fixture.total(fixture.metrics, Metric.DAEMON_STALE_RESULTS)).isEqualTo(1);
  }

  @Test
  void aRequestWithoutADeadlineIsTriedAgainByTheNextServer() throws Exception {
    var _ =
        fixture.insertPending(
            1, Map.of("tier", "'background'", "tier_class", "2", "deadline", "null"));

    try (ScriptedUpstream broken =
            ScriptedUpstream.answering(UpstreamAnswer.json(503, "{\"error\":{}}"));
        ScriptedUpstream whole = ScriptedUpstream.answering(UpstreamAnswer.json(200, ANSWER));
        DaemonHandler handler = handler(broken, whole)) {
      assertThat(call(handler, DaemonEventTest.TICK))
          .contains("\"claimed\":2,\"completed\":1,\"failed\":0,\"retried\":1");
    }

    assertThat(
            fixture.query(
                "select attempt, upstream, status, error from request_attempt order by attempt"))
        .containsExactly("1|u0|503|retriable_status", "2|u1|200|-");
    assertThat(fixture.query("select state, attempt from request")).containsExactly("completed|2");
  }

  @Test
  void nearItsDeadlineARequestAsksTheNextServer() throws Exception {
    var _ = fixture.insertPending(1, Map.of("deadline", "now() + interval '14 minutes'"));
    var _ = fixture.insertPending(1, Map.of());

    try (ScriptedUpstream first = ScriptedUpstream.answering(UpstreamAnswer.json(200, ANSWER));
        ScriptedUpstream second = ScriptedUpstream.answering(UpstreamAnswer.json(200, ANSWER));
        DaemonHandler handler = handler(first, second)) {
      assertThat(call(handler, DaemonEventTest.TICK)).contains("\"completed\":2");

      assertThat(first.requests()).hasSize(1);
      assertThat(second.requests()).hasSize(1);
    }
  }

  @Test
  void aRefusedRequestFailsAtOnceWithWhatTheServerSaid() throws Exception {
    var _ = fixture.insertPending(1, Map.of());

    try (ScriptedUpstream upstream =
            ScriptedUpstream.answering(
                UpstreamAnswer.json(400, "{\"error\":{\"message\":\"no\"}}"));
        DaemonHandler handler = handler(upstream)) {
      assertThat(call(handler, DaemonEventTest.TICK)).contains("\"failed\":1,\"retried\":0");
    }

    assertThat(
            fixture.query(
                """
                select r.state, r.failure_label, r.response_status, b.length
                from request r left join response_body b on b.request_id = r.id
                """))
        .containsExactly("failed|non_retriable_status|400|26");
  }

  @Test
  void aPlannedStopGivesBackWhatRunsAndCountsNoCrash() throws Exception {
    var _ = fixture.insertPending(3, Map.of());

    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(
                request -> request.number() < 3 ? UpstreamAnswer.never() : whole());
        DaemonHandler handler = handler(upstream)) {
      FutureTask<String> run = new FutureTask<>(() -> call(handler, DaemonEventTest.TICK));
      Thread thread = Thread.ofPlatform().start(run);
      upstream.awaitRequests(3, LONG);

      thread.interrupt();

      assertThat(run.get(10, TimeUnit.SECONDS)).contains("\"returned\":3");
      assertThat(
              fixture.query(
                  """
                  select state, attempt, crashes, daemon_id, not_before, count(*)
                  from request group by 1, 2, 3, 4, 5
                  """))
          .containsExactly("pending|1|0|-|-|3");
      assertThat(fixture.query("select error, count(*) from request_attempt group by 1"))
          .containsExactly("drained|3");

      assertThat(call(handler, DaemonEventTest.TICK)).contains("\"completed\":3");
    }

    assertThat(
            fixture.query("select state, attempt, crashes, count(*) from request group by 1, 2, 3"))
        .containsExactly("completed|2|0|3");
  }

  @Test
  void whatALostRunHeldComesBackUntilItHasEndedThreeOfThem() throws Exception {
    String lost =
        "update request set state = 'processing', started_at = now(), attempt = 1, "
            + "daemon_id = gen_random_uuid(), claim_token = gen_random_uuid(), "
            + "lease_until = now() - interval '1 second', crashes = ";
    var _ = fixture.insertPending(1, Map.of());
    fixture.execute(lost + "0");
    List<String> worst = fixture.insertPending(1, Map.of());
    fixture.execute(lost + "2 where id = '" + worst.getFirst() + "'");

    try (ScriptedUpstream upstream = ScriptedUpstream.answering(UpstreamAnswer.json(200, ANSWER));
        DaemonHandler handler = handler(upstream)) {
      assertThat(call(handler, DaemonEventTest.TICK))
          .contains("\"completed\":1")
          .contains("\"rescued\":2");
    }

    assertThat(
            fixture.query(
                "select state, failure_label, attempt, crashes from request order by state"))
        .containsExactly("completed|-|2|1", "failed|worker_lost|1|3");
  }

  @Test
  void aRequestThatNobodyTookInTimeExpires() throws Exception {
    var _ = fixture.insertPending(2, Map.of("deadline", "now() - interval '1 second'"));

    try (DaemonHandler handler = fixture.handler(Map.of())) {
      assertThat(call(handler, DaemonEventTest.TICK))
          .contains("\"claimed\":0")
          .contains("\"expired\":2");
    }

    assertThat(fixture.query("select state, failure_label, count(*) from request group by 1, 2"))
        .containsExactly("failed|deadline_exceeded|2");
  }

  @Test
  void whatAnAccountKeepsNoLongerIsDeleted() throws Exception {
    var _ = fixture.insertPending(2, Map.of());
    fixture.execute(
        """
        update request set state = 'failed', finished_at = now() - interval '2 hours',
          recorded_at = now() - interval '2 hours', response_status = 500,
          failure = '{"type":"truncated_stream"}', failure_label = 'truncated_stream'
        """);
    fixture.execute("update account set retention_seconds = 3600");

    try (DaemonHandler handler = fixture.handler(Map.of())) {
      assertThat(call(handler, DaemonEventTest.TICK)).contains("\"retained\":2");
      assertThat(call(handler, DaemonEventTest.TICK)).contains("\"retained\":0");
    }

    assertThat(fixture.query("select count(*) from request_body")).containsExactly("0");
    assertThat(fixture.query("select deleted_at is not null, count(*) from request group by 1"))
        .containsExactly("t|2");
  }

  private DaemonHandler handler(ScriptedUpstream... upstreams) {
    String[] addresses = new String[upstreams.length];
    for (int i = 0; i < upstreams.length; i++) {
      addresses[i] = upstreams[i].uri().toString();
    }
    return fixture.handler(Fixture.models(addresses), QUICK);
  }

  private static UpstreamAnswer whole() {
    return UpstreamAnswer.json(200, ANSWER);
  }

  private static UpstreamAction json() {
    return whole().actions().getFirst();
  }

  private static String id(UpstreamRequest request) {
    return request.header("x-request-id").orElse("").replace("resp_", "");
  }

  private static FutureTask<String> started(DaemonHandler handler) {
    FutureTask<String> run = new FutureTask<>(() -> call(handler, DaemonEventTest.TICK));
    var _ = Thread.ofPlatform().start(run);
    return run;
  }

  private static String call(DaemonHandler handler, String event) throws Exception {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(
        new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)),
        answer,
        LambdaContext.starting("daemon", "invocation", null, Duration.ofMinutes(1)));
    return answer.toString(StandardCharsets.UTF_8);
  }
}
