package dev.sluice.local;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Makes requests that are wrong in many ways, from a seed: the same seed makes the same requests.
final class MalformedRequests {

  private static final List<String> TARGETS =
      List.of(
          "/v1/chat/completions",
          "/v1/embeddings",
          "/v1/responses",
          "/v1/responses/compact",
          "/v1/responses/input_tokens",
          "/ai/v1/chat/completions",
          "/admin/v1/accounts");
  private static final List<String> GOOD_BODIES =
      List.of(
          """
          {"model":"demo-echo","messages":[{"role":"user","content":"hello"}],"temperature":0.5}\
          """,
          """
          {"model":"demo-embed","input":["one","two"],"encoding_format":"float"}\
          """,
          """
          {"model":"demo-tools","messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],\
          "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"stream":true,\
          "stream_options":{"include_usage":true}}\
          """,
          """
          {"model":"demo-reason","input":[{"role":"user","content":"x"},{"type":"function_call",\
          "call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c",\
          "output":"y"}],"text":{"format":{"type":"text"}},"reasoning":{"effort":"low"},"stream":true}\
          """);
  private static final List<String> FIELDS =
      List.of(
          "model",
          "messages",
          "input",
          "stream",
          "temperature",
          "top_p",
          "n",
          "max_tokens",
          "stop",
          "tools",
          "tool_choice",
          "response_format",
          "stream_options",
          "service_tier",
          "store",
          "seed",
          "logprobs",
          "top_logprobs",
          "encoding_format",
          "dimensions",
          "metadata",
          "user",
          "presence_penalty",
          "logit_bias",
          "parallel_tool_calls",
          "background",
          "previous_response_id",
          "instructions",
          "text",
          "reasoning",
          "include",
          "truncation",
          "max_output_tokens",
          "conversation");
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1e999",
          "1e-999",
          "9223372036854775808",
          "\"\"",
          "\"x\"",
          "[]",
          "{}",
          "[null]",
          "[[]]",
          "[{}]",
          "{\"a\":{}}",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "0.1e1",
          "[{\"role\":\"user\"}]",
          "[{\"role\":7,\"content\":[]}]",
          "[{\"content\":\"x\"}]",
          "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]",
          "[{\"role\":\"user\",\"content\":{\"type\":\"text\"}}]",
          "[{\"type\":\"function\"}]",
          "[{\"type\":\"function_call_output\",\"call_id\":\"c\"}]",
          "[{\"type\":\"reasoning\",\"summary\":[null]}]",
          "[{\"type\":\"compaction\",\"encrypted_content\":\"slc1.x\"}]",
          "[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]",
          "{\"format\":{\"type\":\"json_schema\"}}");
  private static final List<String> BROKEN =
      List.of(
          "",
          " ",
          "\n\t",
          "null",
          "true",
          "7",
          "\"text\"",
          "[]",
          "{",
          "}",
          "{]",
          "[}",
          "{\"a\"}",
          "{\"a\":}",
          "{\"a\":1,}",
          "{,}",
          "{'a':1}",
          "{a:1}",
          "{\"a\":1}{\"b\":2}",
          "{\"a\":1} x",
          "{\"a\":01}",
          "{\"a\":+1}",
          "{\"a\":NaN}",
          "{\"a\":.5}",
          "{\"a\":\"\\x\"}",
          "{\"a\":\"\\u12\"}",
          "{\"a\":\"\n\"}",
          "// c\n{}",
          "{\"a\":tru}",
          "{\"model\":\"demo-echo\",\"model\":\"demo-echo\"}",
          "\u0000",
          "<xml/>",
          "a=b&c=d");

  private final RandomGenerator random;

  MalformedRequests(RandomGenerator random) {
    this.random = random;
  }

  /// The bytes of one request, its head included.
  byte[] next(String apiKey) {
    return switch (random.nextInt(10)) {
      case 0 -> brokenHead(apiKey);
      case 1 -> withBody(apiKey, randomBytes());
      case 2 -> withBody(apiKey, utf8(one(BROKEN)));
      case 3 -> withBody(apiKey, otherEncoding(utf8(one(GOOD_BODIES))));
      case 4 -> withBody(apiKey, deep());
      case 5 -> withBody(apiKey, hugeNumber());
      case 6 -> withBody(apiKey, mutated(utf8(one(GOOD_BODIES))));
      default -> withBody(apiKey, wrongField());
    };
  }

  private byte[] withBody(String apiKey, byte[] body) {
    String type =
        one(
            List.of(
                "application/json",
                "application/json; charset=utf-8",
                "application/json",
                "text/plain",
                "*/*",
                ""));
    String key =
        random.nextInt(12) == 0
            ? one(List.of("", "slk_x", "Bearer", "' or 1=1 --", "\u00e9\u00ff"))
            : apiKey;
    return RawHttp.request(
        "POST", one(TARGETS), Map.of("Authorization", "Bearer " + key, "Content-Type", type), body);
  }

  private byte[] brokenHead(String apiKey) {
    String head =
        switch (random.nextInt(9)) {
          case 0 -> "GARBAGE\r\n\r\n";
          case 1 -> "POST /v1/chat/completions HTTP/9.9\r\nHost: a\r\n\r\n";
          case 2 ->
              "GET /v1/responses/%00%2e%2e%2f HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                  + apiKey
                  + "\r\nConnection: close\r\n\r\n";
          case 3 ->
              "GET /v1/responses?limit="
                  + one(List.of("0", "-1", "x", "999999999999999999999", "1e3", "%00"))
                  + "&after=%ff HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                  + apiKey
                  + "\r\nConnection: close\r\n\r\n";
          case 4 ->
              "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{}";
          case 5 ->
              "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nBad Header: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
          case 6 ->
              "GET /"
                  + "x".repeat(random.nextInt(1, 20_000))
                  + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
          case 7 ->
              "GET /v1/models HTTP/1.1\r\nHost: a\r\nX-Long: "
                  + "y".repeat(random.nextInt(1, 40_000))
                  + "\r\nConnection: close\r\n\r\n";
          default ->
              one(List.of("PUT", "PATCH", "TRACE", "OPTIONS", "BREW"))
                  + " /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        };
    return head.getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] randomBytes() {
    byte[] bytes = new byte[random.nextInt(0, 2_000)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] otherEncoding(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    return switch (random.nextInt(4)) {
      case 0 -> text.getBytes(StandardCharsets.UTF_16);
      case 1 -> text.getBytes(StandardCharsets.UTF_16LE);
      case 2 -> concat(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, body);
      default -> concat(body, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0xBD});
    };
  }

  private byte[] deep() {
    int depth = random.nextInt(100, 60_000);
    String open = random.nextBoolean() ? "[" : "{\"a\":";
    return utf8("{\"model\":\"demo-echo\",\"messages\":" + open.repeat(depth));
  }

  private byte[] hugeNumber() {
    String digits = one(List.of("9", "0.", "1e", "-")) + "1".repeat(random.nextInt(50, 5_000));
    return utf8(
        "{\"model\":\"demo-echo\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"seed\":"
            + digits
            + "}");
  }

  private byte[] mutated(byte[] body) {
    byte[] changed = body.clone();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    return changed;
  }

  /// A good body with one member of a wrong kind in the place of the right one, or added to it.
  private byte[] wrongField() {
    String field = one(FIELDS);
    String value = one(VALUES);
    String body = one(GOOD_BODIES).strip();
    String replaced = body.replaceFirst("\"" + field + "\":(\"[^\"]*\"|[0-9.]+|true)", "");
    String rest = replaced.replace("{,", "{").replace(",,", ",").replace(",}", "}");
    return utf8(rest.substring(0, rest.length() - 1) + ",\"" + field + "\":" + value + "}");
  }

  private <T> T one(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(first);
    bytes.writeBytes(second);
    return bytes.toByteArray();
  }
}
