package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.openapi.OpenApiDocument;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a user sees, over HTTP, with the whole stack behind it.
@Tag(BackingServices.TAG)
final class EndToEndTest {

  private static TestingStack stack;

  @BeforeAll
  static void start() {
    stack = TestingStack.start();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void anAnswerIsRetrievableUnderTheIdThatWasReturned() throws IOException {
    RawHttp.Answer answer = stack.chat("demo-echo", "hello there", Map.of());
    stack.drain();

    JsonObject fetched = json(stack.get("/v1/responses/" + id(answer)));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers()).containsEntry("x-sluice-response-id", id(answer));
    assertThat(answer.headers()).containsKeys("x-request-id", "x-sluice-overhead-ms");
    assertThat(answer.headers()).containsEntry("cache-control", "no-store");
    assertThat(fetched.text("id")).contains(id(answer));
    assertThat(fetched.text("object")).contains("response");
    assertThat(fetched.text("status")).contains("completed");
    assertThat(fetched.text("model")).contains("demo-echo");
    assertThat(fetched.items("output")).hasSize(1);
  }

  @Test
  void anAnswerIsFoundEvenWhenItIsAskedForAtOnce() throws IOException {
    for (int i = 0; i < 20; i++) {
      RawHttp.Answer answer = stack.chat("demo-echo", "at once " + i, Map.of());

      JsonObject fetched = json(stack.get("/v1/responses/" + id(answer)));

      assertThat(fetched.text("status")).contains("completed");
    }
  }

  @Test
  void theOriginalBodyComesBackByteForByte() throws IOException {
    RawHttp.Answer answer = stack.chat("demo-echo", "caf\u00e9 \ud83d\ude00", Map.of());
    stack.drain();

    RawHttp.Answer content = stack.get("/v1/responses/" + id(answer) + "/content");

    assertThat(content.status()).isEqualTo(200);
    assertThat(content.body()).isEqualTo(answer.body());
  }

  /// Random letters, which do not become small enough for a message when they are compressed.
  @Test
  void bodiesThatFitNoMessageGoByTheObjectStore() throws IOException {
    String prompt =
        new Random(6)
            .ints(2 * 1024 * 1024, 'a', 'z' + 1)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();

    RawHttp.Answer answer = stack.chat("demo-echo", prompt, Map.of());
    stack.drain();

    String uuid = id(answer).substring("resp_".length());
    assertThat(stack.objects().list(stack.accountId() + "/" + uuid + "/", 10)).hasSize(2);
    assertThat(stack.get("/v1/responses/" + id(answer) + "/content").body())
        .isEqualTo(answer.body());
    assertThat(stack.get("/v1/responses/" + id(answer) + "/input_items").text()).contains(prompt);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resp_019aa5d5-6a3b-7000-8000-000000000001",
        "019aa5d5-6a3b-7000-8000-000000000001",
        "resp_",
        "nonsense",
        "resp_019AA5D5-6A3B-7000-8000-000000000001",
        "%2e%2e%2f",
      })
  void anUnknownIdIs404(String id) throws IOException {
    RawHttp.Answer answer = stack.get("/v1/responses/" + id);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(error(answer).text("type")).contains("not_found_error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-fusillade-request-id",
        "x-sluice-response-id",
        "x-sluice-account-id",
        "x-onwards-response-id",
        "x-amzn-request-context"
      })
  void anInternalHeaderSentByAClientChangesNothing(String header) throws IOException {
    String foreign = "019aa5d5-6a3b-7000-8000-000000000001";
    stack.drain();
    long before = stack.count("select count(*) from request");

    RawHttp.Answer answer = stack.chat("demo-echo", "spoof", Map.of(header, foreign));
    stack.drain();

    assertThat(id(answer)).doesNotContain(foreign);
    assertThat(stack.count("select count(*) from request")).isEqualTo(before + 1);
    assertThat(stack.count("select count(*) from request where id = '" + foreign + "'")).isZero();
    assertThat(json(stack.get("/v1/responses/" + id(answer))).text("status")).contains("completed");
  }

  @Test
  void aDeletedAnswerIsGoneEverywhere() throws IOException {
    String id = id(stack.chat("demo-echo", "forget me", Map.of()));
    stack.drain();

    RawHttp.Answer deleted = stack.delete("/v1/responses/" + id);

    assertThat(deleted.text())
        .isEqualTo("{\"id\":\"" + id + "\",\"object\":\"response\",\"deleted\":true}");
    assertThat(stack.get("/v1/responses/" + id).status()).isEqualTo(404);
    assertThat(stack.get("/v1/responses/" + id + "/content").status()).isEqualTo(404);
    assertThat(stack.get("/v1/responses/" + id + "/input_items").status()).isEqualTo(404);
    assertThat(stack.get("/v1/responses").text()).doesNotContain(id);
    assertThat(stack.delete("/v1/responses/" + id).status()).isEqualTo(404);
  }

  @Test
  void theListPagesThroughAllAnswersOnce() throws IOException {
    TestingStack.Account account = stack.newAccount();
    List<String> made =
        Stream.of("a", "b", "c", "d", "e")
            .map(prompt -> id(account.chat("demo-echo", prompt)))
            .toList();
    stack.drain();

    JsonObject first = json(account.get("/v1/responses?limit=2&order=asc"));
    JsonObject second =
        json(
            account.get(
                "/v1/responses?limit=3&order=asc&after=" + first.text("last_id").orElseThrow()));

    assertThat(ids(first)).isEqualTo(made.subList(0, 2));
    assertThat(first.isTrue("has_more")).isTrue();
    assertThat(ids(second)).isEqualTo(made.subList(2, 5));
    assertThat(second.isTrue("has_more")).isFalse();
  }

  @Test
  void whatIsNotToBeStoredIsNotStored() throws IOException {
    RawHttp.Answer answer =
        stack.post(
            "/v1/chat/completions",
            "{\"model\":\"demo-echo\",\"store\":false,\"messages\":[{\"role\":\"user\",\"content\":\"secret\"}]}");
    stack.drain();

    assertThat(answer.status()).isEqualTo(200);
    assertThat(stack.get("/v1/responses/" + id(answer)).status()).isEqualTo(404);
    String uuid = id(answer).substring("resp_".length());
    assertThat(stack.count("select count(*) from request where id = '" + uuid + "'")).isOne();
    assertThat(stack.count("select count(*) from request_body where request_id = '" + uuid + "'"))
        .isZero();
    assertThat(stack.count("select count(*) from response_body where request_id = '" + uuid + "'"))
        .isZero();
  }

  @Test
  void aFailedAnswerSaysWhyWhenItIsFetched() throws IOException {
    RawHttp.Answer answer = stack.chat("demo-flaky", "fail:422", Map.of());
    stack.drain();

    JsonObject fetched =
        json(stack.get("/v1/responses/" + answer.headers().get("x-sluice-response-id")));

    assertThat(answer.status()).isEqualTo(422);
    assertThat(fetched.text("status")).contains("failed");
    assertThat(fetched.object("error").flatMap(error -> error.text("message")))
        .isEqualTo(error(answer).text("message"));
  }

  @Test
  void aTierThatTheEndpointDoesNotOfferIsRefusedPrecisely() throws IOException {
    stack.drain();
    long before = stack.count("select count(*) from request");

    RawHttp.Answer answer =
        stack.post(
            "/v1/chat/completions",
            "{\"model\":\"demo-echo\",\"service_tier\":\"background\",\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"x\"}]}");
    stack.drain();

    assertThat(answer.status()).isEqualTo(400);
    assertThat(error(answer).text("param")).contains("service_tier");
    assertThat(stack.count("select count(*) from request")).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theTierInForceIsEchoedEverywhere(boolean stream) throws IOException {
    RawHttp.Answer answer =
        stack.post(
            "/v1/chat/completions",
            "{\"model\":\"demo-echo\",\"service_tier\":\"priority\",\"stream\":"
                + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    stack.drain();
    String id = answer.headers().get("x-sluice-response-id");

    assertThat(answer.text()).contains("\"service_tier\":\"priority\"");
    assertThat(answer.text()).doesNotContain("\"service_tier\":\"default\"");
    assertThat(stack.get("/v1/responses/" + id + "/content").text())
        .contains("\"service_tier\":\"priority\"");
    assertThat(json(stack.get("/v1/responses/" + id)).text("service_tier")).contains("priority");
  }

  @Test
  void thePredecessorsPrefixWorks() throws IOException {
    assertThat(stack.get("/ai/v1/models").status()).isEqualTo(200);
  }

  @Test
  void aBodyBeyondTheLimitIs413WithAWayOut() throws IOException {
    RawHttp.Answer answer = stack.chat("demo-echo", "x".repeat(7 * 1024 * 1024), Map.of());

    assertThat(answer.status()).isEqualTo(413);
    assertThat(error(answer).text("code")).contains("request_too_large");
  }

  @Test
  void figuresAreServedAsText() throws IOException {
    stack.chat("demo-echo", "count me", Map.of());

    RawHttp.Answer answer = stack.send("GET", "/metrics", Map.of(), "");

    assertThat(answer.headers().get("content-type")).startsWith("text/plain");
    assertThat(answer.text())
        .contains("sluice_gateway_requests_count{endpoint=\"chat\",status=\"200\"}");
  }

  @Test
  void theBannerHoldsEverythingThatTheFirstCallNeeds() {
    String banner =
        DevConsole.banner(
            stack.stack(), DevSettings.forTests(Path.of("/data")), Duration.ofMillis(4_200));

    assertThat(banner)
        .contains("up after 4.2 s", "/data", stack.baseUrl(), stack.apiKey())
        .contains("curl -N " + stack.baseUrl() + "/chat/completions -H 'Authorization: Bearer ");
  }

  @Test
  void theContractIsServedToEverybody() throws IOException {
    RawHttp.Answer answer = stack.send("GET", "/openapi.json", Map.of(), "");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(Json.write(OpenApiDocument.make()));
  }

  @Test
  void healthNeedsNoKey() throws IOException {
    Map<String, String> nobody = Map.of();

    assertThat(stack.send("GET", "/healthz", nobody, "").status()).isEqualTo(200);
    assertThat(stack.send("GET", "/readyz", nobody, "").status()).isEqualTo(200);
    assertThat(stack.send("GET", "/v1/models", nobody, "").status()).isEqualTo(401);
  }

  private static String id(RawHttp.Answer answer) {
    return json(answer).text("id").orElseThrow(() -> new AssertionError(answer.text()));
  }

  private static List<String> ids(JsonObject list) {
    return list.items("data").stream()
        .map(item -> ((JsonObject) item).text("id").orElseThrow())
        .toList();
  }

  private static JsonObject json(RawHttp.Answer answer) {
    return Json.objectOrEmpty(answer.text().getBytes(StandardCharsets.UTF_8));
  }

  private static JsonObject error(RawHttp.Answer answer) {
    return json(answer).object("error").orElseThrow(() -> new AssertionError(answer.text()));
  }
}
