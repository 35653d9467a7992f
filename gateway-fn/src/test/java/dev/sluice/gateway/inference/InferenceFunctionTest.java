package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.testing.TestingLambdaContext;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InferenceFunctionTest {

  private static final String SECRET = Base64.getEncoder().encodeToString(new byte[32]);
  private static final String MODELS =
      """
      upstreams:
        - { name: up, base_url: "http://127.0.0.1:1/v1", protocol: chat, auth: none }
      models:
        - { alias: one, upstreams: [ { name: up, model: m } ], endpoints: [ chat ], max_in_flight: 1 }
      """;

  @TempDir Path directory;

  @Test
  void theFunctionStartsAndRefusesWithoutTouchingAnything() throws IOException {
    Files.writeString(directory.resolve("models.yaml"), MODELS);
    try (InferenceFunction function = new InferenceFunction(properties())) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();

      function.handleRequest(
          new ByteArrayInputStream(event("\"body\":null").getBytes(UTF_8)),
          out,
          TestingLambdaContext.starting(Duration.ofSeconds(60)));

      String answer = out.toString(UTF_8);
      int end = answer.indexOf("\0\0\0\0\0\0\0\0");
      JsonObject prelude = Json.objectOrEmpty(answer.substring(0, end).getBytes(UTF_8));
      JsonObject body = Json.objectOrEmpty(answer.substring(end + 8).getBytes(UTF_8));
      assertThat(prelude.number("statusCode")).contains(401L);
      assertThat(prelude.object("headers").orElseThrow().text("x-request-id"))
          .contains("lambda-request-1");
      assertThat(body.object("error").orElseThrow().text("code")).contains("invalid_api_key");
    }
  }

  /// Closed ports everywhere: what is touched at the start fails the start.
  private Map<String, Object> properties() {
    return Map.of(
        "sluice.config", directory.resolve("models.yaml").toString(),
        "sluice.id-key", SECRET,
        "sluice.peppers", "1:" + SECRET,
        "sluice.queue.url", "http://127.0.0.1:1/000000000000/completions",
        "sluice.queue.endpoint", "http://127.0.0.1:1",
        "sluice.objects.directory", directory.resolve("objects").toString(),
        "datasources.default.url", "jdbc:postgresql://127.0.0.1:1/none",
        "datasources.default.username", "nobody",
        "datasources.default.password", "none");
  }

  @Test
  void anEventIsReadWithAllItsValues() {
    InboundRequest request =
        read(
            "\"multiValueHeaders\":{\"X-A\":[\"1\",\"2\"]},\"headers\":{\"X-A\":\"2\",\"X-B\":\"3\"},"
                + "\"multiValueQueryStringParameters\":{\"q\":[\"1\",\"2\"]},"
                + "\"queryStringParameters\":{\"q\":\"2\"},\"body\":\"h\\u00e9\","
                + "\"isBase64Encoded\":false");

    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/v1/chat/completions");
    assertThat(request.headers()).isEqualTo(Map.of("x-a", List.of("1", "2"), "x-b", List.of("3")));
    assertThat(request.query()).isEqualTo(Map.of("q", List.of("1", "2")));
    assertThat(new String(request.body(), UTF_8)).isEqualTo("hé");
    assertThat(request.requestId()).isEqualTo("lambda-request-1");
    assertThat(request.traceId()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    assertThat(request.deadline().remaining().toMillis()).isBetween(1L, 60_000L);
  }

  @Test
  void aTraceIdThatNoRowWouldTakeIsReplaced() {
    String given = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";

    assertThat(traceId(given)).isEqualTo(given);
    for (String unusable : List.of("", " ", given + ";Self=" + "x".repeat(2_000))) {
      assertThat(traceId(unusable)).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    }
  }

  private static String traceId(String ofInvocation) {
    return new ProxyRequestReader(new SecureRandom())
        .read(
            event("\"body\":null").getBytes(UTF_8),
            TestingLambdaContext.starting(Duration.ofSeconds(60), ofInvocation))
        .traceId();
  }

  @Test
  void aBodyInBase64IsDecoded() {
    byte[] bytes = {(byte) 0xFF, 0, 1};

    InboundRequest request =
        read(
            "\"body\":\""
                + Base64.getEncoder().encodeToString(bytes)
                + "\",\"isBase64Encoded\":true");

    assertThat(request.body()).isEqualTo(bytes);
  }

  @Test
  void whatIsNoProxyEventIsAFaultAndNoRequest() {
    ProxyRequestReader reader = new ProxyRequestReader(new SecureRandom());

    for (String event : new String[] {"", "[]", "{}", "{\"httpMethod\":\"GET\"}"}) {
      assertThatThrownBy(() ->
              reader.read(
                  event.getBytes(UTF_8), TestingLambdaContext.starting(Duration.ofSeconds(60))))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void everyWriteIsFlushed() throws IOException {
    List<String> flushed = new ArrayList<>();
    ByteArrayOutputStream pending = new ByteArrayOutputStream();
    StreamingReply reply =
        new StreamingReply(
            new OutputStream() {
              @Override
              public void write(int b) {
                pending.write(b);
              }

              @Override
              public void flush() {
                flushed.add(pending.toString(UTF_8));
                pending.reset();
              }
            });

    reply.start(200, Map.of("content-type", "text/event-stream"));
    reply.write("data: a\n\n".getBytes(UTF_8));
    reply.write("data: b\n\n".getBytes(UTF_8));

    assertThat(flushed)
        .containsExactly(
            "{\"statusCode\":200,\"headers\":{\"content-type\":\"text/event-stream\"}}"
                + "\0".repeat(8),
            "data: a\n\n",
            "data: b\n\n");
    assertThatThrownBy(() -> reply.start(200, Map.of())).isInstanceOf(IllegalStateException.class);
  }

  private static InboundRequest read(String members) {
    return new ProxyRequestReader(new SecureRandom())
        .read(
            event(members).getBytes(UTF_8), TestingLambdaContext.starting(Duration.ofSeconds(60)));
  }

  private static String event(String members) {
    return "{\"httpMethod\":\"POST\",\"path\":\"/v1/chat/completions\"," + members + "}";
  }
}
