package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.IdempotencyStore.Claim;
import dev.sluice.request.ResponseId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyedPathTest {

  private static final String ANSWER =
      "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";

  private final InferenceBench bench = new InferenceBench();

  @Test
  void theFirstRequestOfAKeyClaimsItAndRuns() {
    bench.upstreams.planJson(200, ANSWER);

    TestingReply reply = post("order-1");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(bench.keys.claims()).containsOnlyKeys("order-1");
    assertThat(bench.keys.claims().values())
        .extracting(Claim::id)
        .extracting(ResponseId::text)
        .containsExactly(reply.headers().get("x-sluice-response-id"));
  }

  @Test
  void aStartThatCannotBeRecordedFreesItsKey() {
    bench.upstreams.planJson(200, ANSWER);
    bench.queue.beforeAcknowledging(_ -> {
      throw TestingRecordQueue.refusal();
    });

    TestingReply reply = post("order-1");

    assertThat(reply.status()).isEqualTo(503);
    assertThat(bench.keys.claims()).isEmpty();
  }

  @Test
  void aCallThatWasRecordedKeepsItsKeyWhateverItsEnd() {
    bench.upstreams.planJson(400, "{\"error\":{\"message\":\"no\"}}");

    assertThat(post("order-1").status()).isEqualTo(400);
    assertThat(bench.keys.claims()).containsOnlyKeys("order-1");
  }

  @Test
  void aRequestThatIsRefusedClaimsNothing() {
    TestingReply reply =
        bench.send(
            bench.request(
                "POST",
                "/v1/chat/completions",
                Map.of("Idempotency-Key", "order-1"),
                "{\"model\":\"one\"}".getBytes(UTF_8)),
            new TestingReply());

    assertThat(reply.status()).isEqualTo(400);
    assertThat(bench.keys.claims()).isEmpty();
  }

  @Test
  void aRequestThatIsRefusedForItsModelFreesItsKey() {
    TestingReply reply = post("order-1", chatBody("missing", ""));

    assertThat(reply.status()).isEqualTo(404);
    assertThat(bench.keys.claims()).isEmpty();
  }

  @Test
  void aRefusalByTheKeyNamesTheResponseThatHoldsIt() {
    ResponseId first = bench.ids.next(bench.account.id());
    var _ = bench.keys.claim(bench.account.id(), "order-1", "0".repeat(64), first);

    TestingReply reply = post("order-1");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.headers()).containsEntry("x-sluice-response-id", first.text());
    assertThat(bench.upstreams.requests()).isEmpty();
  }

  @Test
  void aClaimedKeyIsAnsweredBeforeTheTurnsBeforeAreRead() {
    ResponseId first = bench.ids.next(bench.account.id());
    var _ = bench.keys.claim(bench.account.id(), "order-1", "0".repeat(64), first);
    bench.history =
        (_, _, _) -> {
          throw new AssertionError("A repeat does not need the turns before.");
        };

    TestingReply reply =
        bench.send(
            bench.request(
                "POST",
                "/v1/responses",
                Map.of("Idempotency-Key", "order-1"),
                ("{\"model\":\"one\",\"input\":\"more\",\"previous_response_id\":\""
                        + bench.ids.next(bench.account.id()).text()
                        + "\"}")
                    .getBytes(UTF_8)),
            new TestingReply());

    assertThat(reply.status()).isEqualTo(409);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "caf\u00e9", "a\tb"})
  void aKeyThatIsNoneIsRefusedBeforeAnythingRuns(String key) {
    TestingReply reply = post(key);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.errorParam()).isEqualTo("Idempotency-Key");
    assertThat(bench.upstreams.requests()).isEmpty();
    assertThat(bench.queue.records()).isEmpty();
  }

  @Test
  void withoutAKeyNothingIsClaimed() {
    bench.upstreams.planJson(200, ANSWER);

    assertThat(bench.chat(chatBody("one", "")).status()).isEqualTo(200);
    assertThat(bench.keys.claims()).isEmpty();
  }

  private TestingReply post(String key) {
    return post(key, chatBody("one", ""));
  }

  private TestingReply post(String key, String body) {
    return bench.send(
        bench.request(
            "POST", "/v1/chat/completions", Map.of("Idempotency-Key", key), body.getBytes(UTF_8)),
        new TestingReply());
  }
}
