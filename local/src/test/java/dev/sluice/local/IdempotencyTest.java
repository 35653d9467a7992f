package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `Idempotency-Key`: one key and one body are one call of the model, however often they are sent.
@Tag(BackingServices.TAG)
final class IdempotencyTest {

  private static final String RESPONSE = "{\"model\":\"demo-echo\",\"input\":\"%s\",\"stream\":%s}";
  private static final String CHAT =
      "{\"model\":\"demo-echo\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"stream\":%s}";

  private static TestingStack stack;

  @BeforeAll
  static void start() {
    stack = TestingStack.start();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @ParameterizedTest
  @CsvSource({"responses, false", "responses, true", "chat, false", "chat, true"})
  void aRepeatGetsTheFirstAnswerAgain(String endpoint, boolean stream) throws IOException {
    String target = endpoint.equals("chat") ? "/v1/chat/completions" : "/v1/responses";
    String body = (endpoint.equals("chat") ? CHAT : RESPONSE).formatted("one two three", stream);
    Map<String, String> key = key();

    RawHttp.Answer first = stack.post(target, body, key);
    RawHttp.Answer second = stack.post(target, body, key);
    stack.drain();

    String id = first.headers().get("x-sluice-response-id");
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.headers())
        .containsEntry("x-sluice-response-id", id)
        .containsEntry("idempotent-replayed", "true");
    assertThat(first.headers()).doesNotContainKey("idempotent-replayed");
    if (!stream || endpoint.equals("responses")) {
      assertThat(second.text()).isEqualTo(first.text());
    } else {
      assertThat(content(second)).isEqualTo(content(first)).isEqualTo("one two three");
    }
  }

  @Test
  void manyAtOnceAreOneCall() throws Exception {
    stack.drain();
    long before = stack.count("select count(*) from request");
    Map<String, String> key = key();

    try (ExecutorService senders = Executors.newFixedThreadPool(8)) {
      List<Future<RawHttp.Answer>> answers =
          IntStream.range(0, 8)
              .mapToObj(_ ->
                  senders.submit(
                      () -> stack.post("/v1/responses", RESPONSE.formatted("once", false), key)))
              .toList();
      assertThat(answers.stream().map(IdempotencyTest::done).map(RawHttp.Answer::text).distinct())
          .hasSize(1);
    }
    stack.drain();

    assertThat(stack.count("select count(*) from request")).isEqualTo(before + 1);
  }

  private static RawHttp.Answer done(Future<RawHttp.Answer> answer) {
    try {
      return answer.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anotherBodyUnderTheSameKeyIsAConflict() throws IOException {
    Map<String, String> key = key();
    var _ = stack.post("/v1/responses", RESPONSE.formatted("one", false), key);

    RawHttp.Answer other = stack.post("/v1/responses", RESPONSE.formatted("two", false), key);

    assertThat(other.status()).isEqualTo(409);
    assertThat(other.text()).contains("idempotency_key_mismatch");
    assertThat(other.headers()).containsEntry("x-should-retry", "false");
  }

  @Test
  void whatWasNotStoredCannotBeGivenAgain() throws IOException {
    String body = "{\"model\":\"demo-echo\",\"input\":\"secret\",\"store\":false}";
    Map<String, String> key = key();
    assertThat(stack.post("/v1/responses", body, key).status()).isEqualTo(200);
    stack.drain();

    RawHttp.Answer again = stack.post("/v1/responses", body, key);

    assertThat(again.status()).isEqualTo(409);
    assertThat(again.text()).contains("result_not_stored");
    assertThat(again.headers()).containsEntry("x-should-retry", "false");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fail:500", "reset"})
  void aFailureOfTheModelServerFreesTheKey(String directive) throws IOException {
    String body = "{\"model\":\"demo-flaky\",\"input\":\"please " + directive + "\"}";
    Map<String, String> key = key();
    RawHttp.Answer first = stack.post("/v1/responses", body, key);
    stack.drain();

    RawHttp.Answer second = stack.post("/v1/responses", body, key);

    assertThat(first.status()).isEqualTo(502);
    assertThat(second.status()).isEqualTo(502);
    assertThat(second.headers().get("x-sluice-response-id"))
        .isNotEqualTo(first.headers().get("x-sluice-response-id"));
  }

  @Test
  void anotherAccountsKeyIsAnotherKey() throws IOException {
    Map<String, String> key = key();
    String body = RESPONSE.formatted("mine", false);
    RawHttp.Answer mine = stack.post("/v1/responses", body, key);

    RawHttp.Answer others =
        stack.send(
            "POST",
            "/v1/responses",
            Map.of(
                "Authorization",
                "Bearer " + stack.otherApiKey(),
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                key.get("Idempotency-Key")),
            body);

    assertThat(others.status()).isEqualTo(200);
    assertThat(Json.objectOrEmpty(others.body()).text("id"))
        .isNotEqualTo(Json.objectOrEmpty(mine.body()).text("id"));
  }

  private static Map<String, String> key() {
    return Map.of("Idempotency-Key", UUID.randomUUID().toString());
  }

  private static String content(RawHttp.Answer stream) {
    return String.join(
        "",
        ServerSentEvents.of(stream.text()).events().stream()
            .flatMap(event -> event.data().items("choices").stream())
            .map(choice -> (JsonObject) choice)
            .flatMap(choice -> choice.object("delta").stream())
            .flatMap(delta -> delta.text("content").stream())
            .toList());
  }
}
