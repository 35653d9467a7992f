package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ResponseId;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InferenceServiceTest {

  private static final String GOOD =
      "{ \"model\" : \"m\", \"x\":1.50,\"id\":\"up\",\"choices\":[ {\"message\":{\"content\":"
          + "\"\\u00e9\\/\"},\"finish_reason\":\"stop\"} ]}";

  private final InferenceBench bench = new InferenceBench();

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/ai/v1/chat/completions"})
  void anAnswerKeepsEveryByteButIdAndModel(String path) {
    bench.upstreams.planJson(200, GOOD);

    TestingReply reply = bench.post(path, chatBody("one", ""));

    String id = reply.headers().get("x-sluice-response-id");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body())
        .contains("\"x\":1.50,\"id\":\"" + id + "\"")
        .contains("\"choices\":[ {\"message\":{\"content\":\"\\u00e9\\/\"}")
        .contains("\"model\" : \"one\"")
        .doesNotContain("\"m\"");
    assertThat(reply.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("cache-control", "no-store")
        .containsEntry("x-request-id", "req-1")
        .containsOnlyKeys(
            "content-type",
            "cache-control",
            "x-request-id",
            "x-sluice-response-id",
            "x-sluice-overhead-ms");
  }

  @Test
  void theUpstreamGetsTheBytesOfTheClientWithoutWhatTheGatewayOwns() {
    bench.upstreams.planJson(200, GOOD);
    String members =
        ",\"seed\":1.0,\"temperature\":1E-1,\"logit_bias\":{\"50256\":-1e2},\"theirs\":[1.10 ,2]";

    bench.chat(
        chatBody(
            "one",
            members
                + ",\"service_tier\":\"auto\",\"background\":true,\"store\":true,\"id\":\"x\","
                + "\"previous_response_id\":\"r\",\"completion_id\":1,\"completionId\":1,"
                + "\"response_id\":1,\"responseId\":1"));

    assertThat(bench.upstreams.body(0)).isEqualTo(chatBody("their-model-1", members));
  }

  @Test
  void aStreamAlwaysAsksForUsageAndKeepsTheOtherOptions() {
    bench.upstreams.planStream(TestingUpstreamClient.event("[DONE]"));
    bench.upstreams.planStream(TestingUpstreamClient.event("[DONE]"));

    bench.chat(chatBody("one", ",\"stream\":true"));
    bench.chat(
        chatBody(
            "one",
            ",\"stream\":true,\"stream_options\":{\"include_usage\":false,\"include_obfuscation\":"
                + "false}"));

    assertThat(bench.upstreams.body(0))
        .endsWith(",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    assertThat(bench.upstreams.body(1))
        .contains("{\"include_usage\":true,\"include_obfuscation\":false}");
    assertThat(bench.upstreams.requests().getFirst().stream()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/chat/completions,405,method_not_allowed",
    "DELETE,/ai/v1/embeddings,405,method_not_allowed",
    "POST,/v1/completions,404,route_not_found",
    "GET,/,404,route_not_found",
    "GET,/v1/models,404,route_not_found"
  })
  void anotherPathOrMethodIsAnEnvelope(String method, String path, int status, String code) {
    TestingReply reply =
        bench.send(bench.request(method, path, Map.of(), new byte[0]), new TestingReply());

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.errorCode()).isEqualTo(code);
    assertThat(reply.headers()).containsEntry("content-type", "application/json");
    if (status == 405) {
      assertThat(reply.headers()).containsEntry("allow", "POST");
    }
  }

  @Test
  void aCallerWithoutAKeyLearnsNothingElse() {
    TestingReply reply =
        bench.send(
            bench.request(
                "POST",
                "/v1/chat/completions",
                Map.of("Authorization", "Bearer nope"),
                "not json".getBytes(UTF_8)),
            new TestingReply());

    assertThat(reply.status()).isEqualTo(401);
    assertThat(bench.queue.records()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "none,404,model_not_found,model",
    "embed,400,invalid_value,model",
    "one,400,invalid_value,temperature"
  })
  void whatIsRefusedLeavesNoTrace(String model, int status, String code, String param) {
    String more = model.equals("one") ? ",\"temperature\":9" : "";

    TestingReply reply = bench.chat(chatBody(model, more));

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.errorCode()).isEqualTo(code);
    assertThat(reply.errorParam()).isEqualTo(param);
    assertThat(reply.headers()).doesNotContainKey("x-sluice-response-id");
    assertThat(bench.upstreams.requests()).isEmpty();
    assertThat(bench.queue.records()).isEmpty();
  }

  @Test
  void aKeyMayBeLimitedToModels() {
    String limited = bench.issue(List.of("two"));

    TestingReply reply =
        bench.send(
            bench.request(
                "POST",
                "/v1/chat/completions",
                Map.of("Authorization", "Bearer " + limited),
                chatBody("one", "").getBytes(UTF_8)),
            new TestingReply());

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.errorCode()).isEqualTo("model_not_allowed");
  }

  @Test
  void aModelThatGivesNoResponsesSaysSo() {
    TestingReply reply = bench.post("/v1/responses", "{\"model\":\"one\",\"input\":\"hi\"}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.errorCode()).isEqualTo("invalid_value");
    assertThat(reply.errorParam()).isEqualTo("model");
  }

  @Test
  void aForeignIdDoesNotExist() {
    TestingReply reply =
        bench.send(
            bench.request(
                "GET",
                "/v1/responses/" + new ResponseId(new UUID(0x7000, 0)).text(),
                Map.of(),
                new byte[0]),
            new TestingReply());

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.errorCode()).isEqualTo("response_not_found");
  }

  @Test
  void internalHeadersChangeNothingAndAreCounted() {
    bench.upstreams.planJson(200, GOOD);
    Map<String, String> headers =
        Map.of(
            "X-Sluice-Response-Id", "resp_1",
            "x-fusillade-request-id", "1",
            "X-Onwards-Model", "two",
            "traceparent", "00-11111111111111111111111111111111-2222222222222222-01");

    TestingReply reply =
        bench.send(
            bench.request(
                "POST", "/v1/chat/completions", headers, chatBody("one", "").getBytes(UTF_8)),
            new TestingReply());

    assertThat(reply.status()).isEqualTo(200);
    assertThat(bench.queue.finished().getFirst().head().model()).isEqualTo("one");
    assertThat(reply.headers().get("x-sluice-response-id")).isNotEqualTo("resp_1");
    assertThat(bench.upstreams.requests().getFirst().traceparent())
        .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assertThat(total(Metric.INTERNAL_HEADERS_STRIPPED)).isEqualTo(3);
  }

  @Test
  void aRequestIsCounted() {
    bench.upstreams.planJson(200, GOOD);

    TestingReply reply = bench.chat(chatBody("one", ""));

    assertThat(total(Metric.GATEWAY_REQUESTS, "chat", "200")).isEqualTo(1);
    assertThat(total(Metric.REQUEST_BYTES, "chat")).isEqualTo(chatBody("one", "").length());
    assertThat(total(Metric.RESPONSE_BYTES, "chat")).isEqualTo(reply.body().getBytes(UTF_8).length);
    assertThat(bench.metrics.snapshot())
        .containsKey(new MetricSeries.Key(Metric.UPSTREAM_LATENCY, List.of("one", "200")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          float  | [0.5,-2]     | "embedding":[0.5,-2]
          float  | "AAAAPwAAAMA=" | "embedding":[0.5,-2.0]
          base64 | "AAAAPwAAAMA=" | "embedding":"AAAAPwAAAMA="
          base64 | [0.5,-2]     | "embedding":"AAAAPwAAAMA="
          """)
  void vectorsComeInTheSpellingThatWasAskedFor(String asked, String sent, String shown) {
    bench.upstreams.planJson(
        200,
        "{\"data\":[{\"index\":0,\"embedding\":"
            + sent
            + "}],\"model\":\"m\",\"usage\":{\"prompt_tokens\":2}}");

    TestingReply reply =
        bench.post(
            "/v1/embeddings",
            "{\"model\":\"embed\",\"input\":\"a\",\"encoding_format\":\"" + asked + "\"}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).contains(shown).contains("\"model\":\"embed\"");
    assertThat(bench.upstreams.body(0)).contains("\"encoding_format\":\"" + asked + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"AAA\"", "\"AAAA\"", "\"AADAfw==\"", "[\"a\"]", "null", "7"})
  void whatIsNoVectorIsRefused(String sent) {
    bench.upstreams.planJson(200, "{\"data\":[{\"embedding\":" + sent + "}]}");
    bench.upstreams.planJson(200, "{\"data\":[{\"embedding\":" + sent + "}]}");
    String asked = sent.startsWith("\"") ? "float" : "base64";

    TestingReply reply =
        bench.post(
            "/v1/embeddings",
            "{\"model\":\"embed\",\"input\":\"a\",\"encoding_format\":\"" + asked + "\"}");

    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.errorCode()).isEqualTo("upstream_invalid_response");
  }

  private double total(Metric metric, String... labels) {
    MetricSeries.Total total =
        bench.metrics.snapshot().get(new MetricSeries.Key(metric, List.of(labels)));
    return total == null ? 0 : total.sum();
  }
}
