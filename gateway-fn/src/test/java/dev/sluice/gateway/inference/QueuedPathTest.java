package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Claim;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Request;
import dev.sluice.request.RequestQueue.NewRequest;
import dev.sluice.request.RequestQueue.RepeatKey;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.telemetry.Metric;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How requests enter the queue, each once.
final class QueuedPathTest {

  private static final String BACKGROUND =
      "{\"model\":\"talk\",\"input\":\"hi\",\"background\":true}";

  private final InferenceBench bench = new InferenceBench();

  @Test
  void aBackgroundRequestIsStoredWithItsBodyBeforeItsClientHearsOfIt() {
    String body =
        "{ \"model\":\"talk\", \"input\":\"hi\", \"background\":true, \"temperature\":0.50,"
            + " \"metadata\":{\"a\":\"b\"}, \"service_tier\":\"background\"}";

    TestingReply reply = bench.post("/v1/responses", body);

    NewRequest stored = bench.work.enqueued().getFirst();
    assertThat(stored.body().decoded()).isEqualTo(body.getBytes(UTF_8));
    assertThat(stored.body().encoding()).isEqualTo("gzip");
    assertThat(stored.data().background()).isTrue();
    assertThat(stored.data().stream()).isFalse();
    assertThat(stored.data().store()).isTrue();
    assertThat(stored.data().tier()).isEqualTo(ServiceTier.BACKGROUND);
    assertThat(stored.data().endpoint()).isEqualTo(Endpoint.RESPONSES);
    assertThat(stored.data().startedAt()).isNull();
    assertThat(stored.traceId()).startsWith("00-0af7651916cd43dd8448eb211c80319c");
    assertThat(stored.window()).isNull();
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.headers())
        .containsEntry("x-sluice-response-id", stored.data().id().text())
        .containsEntry("openai-poll-after-ms", "1000")
        .containsEntry("content-type", "application/json")
        .doesNotContainKey("idempotent-replayed");
    assertThat(reply.json().text("status")).contains("queued");
    assertThat(reply.json().text("service_tier")).contains("background");
    assertThat(reply.json().isTrue("background")).isTrue();
    assertThat(reply.body()).contains("\"temperature\":0.50", "\"metadata\":{\"a\":\"b\"}");
    assertThat(bench.wakes).hasValue(1);
    assertThat(bench.counted(Metric.REQUESTS_ENQUEUED, "background")).isEqualTo(1);
  }

  @Test
  void theObjectIsTheOneThatIsFetchedLater() {
    TestingReply created = bench.post("/v1/responses", BACKGROUND);

    TestingReply fetched = get(created, "");

    assertThat(fetched.status()).isEqualTo(200);
    assertThat(fetched.body()).isEqualTo(created.body());
    assertThat(fetched.headers()).containsEntry("openai-poll-after-ms", "1000");
    assertThat(bench.time.rests()).as("nothing is waited for").isEmpty();
  }

  @Test
  void whatSomebodyWaitsForIsInProgressAndHasNoDeadline() {
    TestingReply reply =
        bench.post("/v1/responses", BACKGROUND.replace("}", ",\"service_tier\":\"priority\"}"));

    assertThat(reply.json().text("status")).contains("in_progress");
    assertThat(bench.work.enqueued().getFirst().window()).isNull();
    assertThat(bench.work.enqueued().getFirst().data().tier()).isEqualTo(ServiceTier.PRIORITY);
  }

  @Test
  void flexHasADeadline() {
    var _ = bench.post("/v1/responses", BACKGROUND.replace("}", ",\"service_tier\":\"flex\"}"));

    assertThat(bench.work.enqueued().getFirst().window()).isEqualTo(Duration.ofHours(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "model":"none"                                                   | 404 | model_not_found
          "model":"one"                                                    | 400 | invalid_value
          "model":"talk","temperature":7                                   | 400 | invalid_value
          "model":"talk","tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"} | 400 | invalid_value
          "model":"talk","previous_response_id":"resp_x"                   | 400 | previous_response_not_found
          """)
  void whatARealtimeRequestIsRefusedForIsRefusedAtOnce(String members, int status, String code) {
    TestingReply reply =
        bench.post("/v1/responses", "{\"input\":\"hi\",\"background\":true," + members + "}");

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.errorCode()).isEqualTo(code);
    assertThat(bench.work.enqueued()).isEmpty();
    assertThat(bench.wakes).hasValue(0);
  }

  @Test
  void theBackgroundTierNeedsItsCapability() {
    String key = bench.issue(null, Set.of());
    String body = BACKGROUND.replace("}", ",\"service_tier\":\"background\"}");

    TestingReply refused = post(body, Map.of("Authorization", "Bearer " + key));
    TestingReply background = post(BACKGROUND, Map.of("Authorization", "Bearer " + key));

    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.errorCode()).isEqualTo("tier_not_allowed");
    assertThat(refused.errorParam()).isEqualTo("service_tier");
    assertThat(background.status()).isEqualTo(202);
    assertThat(bench.work.enqueued()).hasSize(1);
  }

  @Test
  void aDatabaseThatIsDownIsToldAndNothingIsBegun() {
    bench.work.setDown(true);

    TestingReply reply = bench.post("/v1/responses", BACKGROUND);

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.errorCode()).isEqualTo("overloaded");
    assertThat(reply.headers()).containsEntry("retry-after", "5");
    assertThat(bench.wakes).hasValue(0);
    assertThat(bench.requests.rows()).isEmpty();
  }

  @Test
  void aResponseThatWaitsInTheQueueCannotBeContinuedYet() {
    TestingReply first = bench.post("/v1/responses", BACKGROUND);
    String next =
        BACKGROUND.replace("}", ",\"previous_response_id\":\"" + id(first).text() + "\"}");

    TestingReply refused = bench.post("/v1/responses", next);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.errorCode()).isEqualTo("previous_response_not_finished");
    assertThat(bench.work.enqueued()).hasSize(1);
  }

  @Test
  void aKeyStandsForOneRequestAlsoWhileItWaits() {
    TestingReply first = post(BACKGROUND, Map.of("Idempotency-Key", "order-1"));

    TestingReply second = post(BACKGROUND, Map.of("Idempotency-Key", "order-1"));

    assertThat(second.status()).isEqualTo(202);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.headers()).containsEntry("idempotent-replayed", "true");
    assertThat(bench.work.enqueued()).hasSize(1);
    assertThat(bench.work.enqueued().getFirst().repeatKey()).isNull();
    assertThat(bench.time.rests()).as("nobody waits for its end").isEmpty();
    assertThat(post(BACKGROUND, Map.of("Idempotency-Key", "order-2")).headers())
        .doesNotContainKey("idempotent-replayed");
  }

  @Test
  void aKeyForAnotherBodyIsAConflict() {
    TestingReply first = post(BACKGROUND, Map.of("Idempotency-Key", "order-1"));

    TestingReply other = post(BACKGROUND.replace("hi", "ho"), Map.of("Idempotency-Key", "order-1"));

    assertThat(other.status()).isEqualTo(409);
    assertThat(other.errorCode()).isEqualTo("idempotency_key_mismatch");
    assertThat(other.headers()).containsEntry("x-sluice-response-id", id(first).text());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aKeyedRequestThatMayBeStoredIsStoredOnceByItsRepeat(boolean isStored) {
    bench.work.setDown(!isStored);
    bench.work.breakAfterwards(isStored);
    TestingReply lost = post(BACKGROUND, Map.of("Idempotency-Key", "order-1"));
    bench.work.setDown(false);
    bench.work.breakAfterwards(false);

    TestingReply repeat = post(BACKGROUND, Map.of("Idempotency-Key", "order-1"));

    assertThat(lost.status()).isEqualTo(503);
    assertThat(repeat.status()).isEqualTo(202);
    assertThat(bench.work.enqueued()).hasSize(1);
    assertThat(repeat.headers())
        .containsEntry("x-sluice-response-id", lost.headers().get("x-sluice-response-id"));
  }

  @Test
  void aKeyedRequestThatIsRefusedFreesItsKey() {
    TestingReply refused =
        post(BACKGROUND.replace("talk", "none"), Map.of("Idempotency-Key", "order-1"));

    assertThat(refused.status()).isEqualTo(404);
    assertThat(bench.keys.claims()).isEmpty();
  }

  @Test
  void aRepeatThatIsRefusedLeavesTheKeyToTheTryThatMayStillBeStored() {
    bench.work.setDown(true);
    TestingReply first = post(BACKGROUND, Map.of("Idempotency-Key", "order-1"));
    bench.work.setDown(false);
    String other = bench.issue(List.of("one"));

    TestingReply refused =
        post(BACKGROUND, Map.of("Idempotency-Key", "order-1", "Authorization", "Bearer " + other));
    TestingReply repeat = post(BACKGROUND, Map.of("Idempotency-Key", "order-1"));

    assertThat(refused.status()).isEqualTo(403);
    assertThat(repeat.status()).isEqualTo(202);
    assertThat(repeat.headers())
        .containsEntry("x-sluice-response-id", first.headers().get("x-sluice-response-id"));
  }

  @Test
  void aRetryOfAnSdkJoinsTheRequestThatItRepeats() {
    TestingReply first = post(BACKGROUND, Map.of("X-Stainless-Retry-Count", "0"));

    TestingReply retry = post(BACKGROUND, Map.of("X-Stainless-Retry-Count", "1"));

    RepeatKey key = Objects.requireNonNull(bench.work.enqueued().getFirst().repeatKey());
    assertThat(key.key()).startsWith("§").endsWith(key.bodyHash()).hasSize(1 + 8 + 64);
    assertThat(key.lifetime()).isEqualTo(Duration.ofMinutes(10));
    assertThat(retry.status()).isEqualTo(202);
    assertThat(retry.body()).isEqualTo(first.body());
    assertThat(retry.headers())
        .containsEntry("idempotent-replayed", "true")
        .containsEntry("x-sluice-response-id", id(first).text());
    assertThat(bench.work.enqueued()).hasSize(1);
    assertThat(bench.counted(Metric.SDK_RETRIES_JOINED)).isEqualTo(1);
  }

  @Test
  void aRetryOfAnSdkRunsAgainWhatFailedButNotWhatWasRefused() {
    Map<String, String> retry = Map.of("X-Stainless-Retry-Count", "1");
    TestingReply first = post(BACKGROUND, Map.of());
    failLast(FailureReason.ofStatus(503, "busy"));

    TestingReply second = post(BACKGROUND, retry);
    failLast(FailureReason.ofStatus(400, "{\"error\":{\"message\":\"no\"}}"));
    TestingReply third = post(BACKGROUND, Map.of("X-Stainless-Retry-Count", "2"));

    assertThat(second.headers()).doesNotContainKey("idempotent-replayed");
    assertThat(id(second)).isNotEqualTo(id(first));
    assertThat(third.headers()).containsEntry("idempotent-replayed", "true");
    assertThat(id(third)).isEqualTo(id(second));
    assertThat(bench.work.enqueued()).hasSize(2);
    assertThat(bench.counted(Metric.SDK_RETRIES_JOINED)).isEqualTo(1);
  }

  private void failLast(FailureReason reason) {
    bench.requests.put(
        new Request.Failed(bench.queued(), null, reason, null, InferenceBench.START));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "", "x", "1.5"})
  void whatIsNoRetryIsARequestOfItsOwn(String count) {
    var _ = post(BACKGROUND, Map.of());

    assertThat(post(BACKGROUND, Map.of("X-Stainless-Retry-Count", count)).headers())
        .doesNotContainKey("idempotent-replayed");
    assertThat(bench.work.enqueued()).hasSize(2);
  }

  @Test
  void aRetryOfAnotherBodyOrKeyOrOfADeletedResponseIsARequestOfItsOwn() {
    TestingReply first = post(BACKGROUND, Map.of());
    Map<String, String> retry = new LinkedHashMap<>(Map.of("X-Stainless-Retry-Count", "1"));

    var _ = post(BACKGROUND.replace("hi", "ho"), retry);
    assertThat(bench.requests.delete(bench.account.id(), id(first))).isTrue();
    var _ = post(BACKGROUND, retry);
    retry.put("Authorization", "Bearer " + bench.issue(null));
    var _ = post(BACKGROUND, retry);

    assertThat(bench.work.enqueued()).hasSize(4);
  }

  @Test
  void queuedWorkIsCancelledOnceAndForAll() {
    TestingReply created = bench.post("/v1/responses", BACKGROUND);

    TestingReply cancelled = cancel(created);

    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.json().text("status")).contains("cancelled");
    assertThat(cancelled.headers()).doesNotContainKey("openai-poll-after-ms");
    assertThat(cancel(created).body()).isEqualTo(cancelled.body());
    assertThat(get(created, "").body()).isEqualTo(cancelled.body());
  }

  @Test
  void whatADaemonRunsIsCancelledToo() {
    TestingReply created = bench.post("/v1/responses", BACKGROUND);
    Request.Pending row = (Request.Pending) bench.requests.rows().getFirst();
    Claim claim = new Claim(new UUID(0, 1), new UUID(0, 2), InferenceBench.START);
    bench.requests.put(row.claim(claim).start(InferenceBench.START));

    assertThat(get(created, "").json().text("status")).contains("in_progress");
    assertThat(cancel(created).json().text("status")).contains("cancelled");
    assertThat(bench.requests.rows()).singleElement().isInstanceOf(Request.Canceled.class);
  }

  @Test
  void whatHasEndedIsNotCancelled() {
    TestingReply created = bench.post("/v1/responses", BACKGROUND);
    Request.Pending row = (Request.Pending) bench.requests.rows().getFirst();
    bench.requests.put(
        new Request.Completed(row.data(), 200, false, null, null, InferenceBench.START));
    bench.requests.putResponseBody(row.data().id(), "{}");

    assertThat(cancel(created).json().text("status")).contains("completed");
  }

  @Test
  void whatAGatewayAnswersCannotBeCancelled() {
    TestingReply created = bench.post("/v1/responses", BACKGROUND);
    Request.Pending row = (Request.Pending) bench.requests.rows().getFirst();
    bench.requests.put(new Request.Proxied(row.data()));

    TestingReply refused = cancel(created);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.errorCode()).isEqualTo("not_cancelable");
  }

  @Test
  void chatIgnoresBackground() {
    bench.upstreams.planJson(
        200, "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");

    assertThat(bench.chat(chatBody("one", ",\"background\":true")).status()).isEqualTo(200);
    assertThat(bench.work.enqueued()).isEmpty();
    assertThat(bench.queue.finished().getFirst().head().background()).isFalse();
  }

  private TestingReply post(String body, Map<String, String> headers) {
    return bench.send(
        bench.request("POST", "/v1/responses", headers, body.getBytes(UTF_8)), new TestingReply());
  }

  private TestingReply get(TestingReply created, String query) {
    return bench.get("/v1/responses/" + id(created).text(), query);
  }

  private TestingReply cancel(TestingReply created) {
    return bench.post("/v1/responses/" + id(created).text() + "/cancel", "");
  }

  private static ResponseId id(TestingReply created) {
    return List.of(created.headers().getOrDefault("x-sluice-response-id", "")).stream()
        .flatMap(text -> ResponseId.parse(text).stream())
        .findFirst()
        .orElseThrow();
  }
}
