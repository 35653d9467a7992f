package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamClient;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whatever a client sends, it gets an answer, and never one that blames the gateway.
final class MalformedRequestTest {

  private static final Logger LOG = LoggerFactory.getLogger(MalformedRequestTest.class);
  private static final long FIXED_SEED = 20261121;
  private static final int SCALE = Integer.getInteger("sluice.test.scale", 1);
  private static final int COUNT = 5_000 * SCALE;
  private static final List<String> SEEDS =
      List.of(
          "{\"model\":\"one\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
              + "\"text\":\"\\ud83d\\ude00 é\"}]}],\"temperature\":0.5,\"stop\":[\"a\"],\"n\":1}",
          "{\"model\":\"one\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\","
              + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}],\"tools\":[{\"type\":"
              + "\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]}",
          "{\"model\":\"talk\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":"
              + "\"é\"}]},{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":\"f\",\"arguments\":\"{}\"},"
              + "{\"type\":\"function_call_output\",\"call_id\":\"a\",\"output\":\"b\"},{\"type\":\"reasoning\","
              + "\"summary\":[]}],\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{}},{\"type\":"
              + "\"custom\",\"name\":\"g\"}],\"tool_choice\":{\"type\":\"allowed_tools\",\"mode\":\"auto\","
              + "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]}}",
          "{\"model\":\"native\",\"input\":\"hi\",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":"
              + "\"n\",\"schema\":{}}},\"reasoning\":{\"effort\":\"low\"},\"metadata\":{\"a\":\"b\"},"
              + "\"top_logprobs\":1,\"store\":false,\"include\":[\"message.output_text.logprobs\"]}",
          "{\"model\":\"talk\",\"input\":\"hi\",\"previous_response_id\":"
              + "\"resp_00000000-0000-7000-8000-000000000000\",\"stream\":true,\"temperature\":1}",
          "{\"model\":\"talk\",\"input\":\"hi\",\"background\":true,\"service_tier\":\"background\"}",
          "{\"model\":\"native\",\"input\":\"hi\",\"background\":true,\"stream\":true,\"store\":true}",
          "{\"model\":\"talk\",\"input\":\"hi\",\"service_tier\":\"flex\",\"stream\":true}",
          "{\"model\":\"one\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"service_tier\":"
              + "\"flex\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
          "{\"model\":\"embed\",\"input\":\"a\",\"service_tier\":\"flex\"}",
          "{\"model\":\"embed\",\"input\":[\"a\",\"b\"],\"dimensions\":3,\"user\":\"u\"}",
          "{\"model\":\"embed\",\"input\":[[1,2],[3]],\"encoding_format\":\"float\"}");
  private static final List<String> PATHS =
      List.of(
          "/v1/chat/completions",
          "/v1/embeddings",
          "/v1/responses",
          "/v1/responses",
          "/v1/responses/compact",
          "/v1/responses/input_tokens");
  private static final List<String> PIECES =
      List.of(
          "[[[[[[",
          "{\"a\":",
          "]",
          "}",
          "\"",
          "\\",
          "\\u0000",
          "\\ud800",
          "1e999999999",
          "-",
          "NaN",
          "0x1",
          "null",
          "true",
          "\0",
          "\uFEFF",
          ",",
          ":",
          "9".repeat(120),
          "[".repeat(200),
          "\"model\":7,",
          "{}",
          "[]",
          "\uFFFF",
          "//",
          "\r\n");

  @Test
  void noBytesMakeAnErrorOfTheGateway() {
    // A long run tries what no run has tried before.
    long seed = SCALE > 1 ? System.nanoTime() : FIXED_SEED;
    LOG.atInfo().addKeyValue("seed", seed).log("malformed requests");
    Random random = new Random(seed);
    InferenceBench bench = new InferenceBench(new Answering(), "http://127.0.0.1:1/v1");
    bench.endQueued("{\"choices\":[]}");
    int refused = 0;
    for (int i = 0; i < COUNT; i++) {
      byte[] body = mutated(random);
      String path = PATHS.get(random.nextInt(PATHS.size()));
      Map<String, String> headers = headers(random);
      InboundRequest request = bench.request("POST", path, headers, body);

      TestingReply reply = bench.send(request, new TestingReply());

      String what = "seed " + seed + ", number " + i + ": " + new String(body, UTF_8);
      assertThat(reply.status()).as(what).isBetween(200, 499);
      if (reply.status() >= 300) {
        refused++;
        assertThat(reply.error().members())
            .as(what)
            .containsKeys("message", "type", "param", "code");
      }
    }
    assertThat(refused).as("the mutations do break requests").isGreaterThan(COUNT / 2);
  }

  private static Map<String, String> headers(Random random) {
    return switch (random.nextInt(14)) {
      case 0 -> Map.of("content-type", "\u0000;;=");
      case 1 -> Map.of("content-type", "");
      case 2 -> Map.of("authorization", "Bearer " + (char) random.nextInt(0xFFFF));
      case 3 -> Map.of("authorization", "");
      case 4 -> Map.of("x-stainless-retry-count", random.nextBoolean() ? "1" : "\uFFFF99999999999");
      case 5 -> Map.of("idempotency-key", String.valueOf(random.nextLong()));
      default -> Map.of();
    };
  }

  private static byte[] mutated(Random random) {
    byte[] bytes = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(UTF_8);
    for (int times = random.nextInt(4); times >= 0; times--) {
      int at = random.nextInt(bytes.length + 1);
      byte[] piece =
          random.nextInt(3) == 0
              ? new byte[] {(byte) random.nextInt(256)}
              : PIECES.get(random.nextInt(PIECES.size())).getBytes(UTF_8);
      int skipped = Math.min(random.nextInt(4), bytes.length - at);
      byte[] next = new byte[bytes.length - skipped + piece.length];
      System.arraycopy(bytes, 0, next, 0, at);
      System.arraycopy(piece, 0, next, at, piece.length);
      System.arraycopy(bytes, at + skipped, next, at + piece.length, bytes.length - at - skipped);
      bytes = next;
    }
    return bytes;
  }

  /// A model server that always has a good answer, for all endpoints.
  static final class Answering implements UpstreamClient {

    private static final String GOOD =
        "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\"data\":"
            + "[{\"embedding\":[1]}],\"status\":\"completed\",\"input_tokens\":1,\"output\":[{\"type\":"
            + "\"compaction\",\"encrypted_content\":\"a\"}]}";
    private static final String EVENTS =
        """
        data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}

        data: [DONE]

        """;

    @Override
    public UpstreamCall begin(UpstreamRequest request) {
      return new UpstreamCall() {
        @Override
        public UpstreamResult result() {
          return new UpstreamResult.Answered(
              200,
              Map.of("content-type", request.stream() ? "text/event-stream" : "application/json"),
              TestingUpstreamClient.body(
                  TestingUpstreamClient.bytes(request.stream() ? EVENTS : GOOD)));
        }

        @Override
        public void close() {}
      };
    }
  }
}
