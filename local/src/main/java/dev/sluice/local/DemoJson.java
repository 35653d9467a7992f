package dev.sluice.local;

import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers of the [DemoUpstream] in OpenAI's forms.
final class DemoJson {

  private DemoJson() {}

  static UpstreamAnswer answer(JsonObject body) {
    return UpstreamAnswer.json(200, text(body));
  }

  static String text(JsonObject body) {
    return new String(Json.write(body), StandardCharsets.UTF_8);
  }

  /// An error in OpenAI's envelope; 429 and 503 ask for a second of patience.
  static UpstreamAnswer error(int status, String code, @Nullable String param, String message) {
    Map<String, String> headers =
        status == 429 || status == 503 ? Map.of("retry-after", "1") : Map.of();
    return UpstreamAnswer.json(status, text(envelope(status, code, param, message)), headers);
  }

  static JsonObject envelope(int status, String code, @Nullable String param, String message) {
    String type =
        status == 429
            ? "rate_limit_error"
            : status >= 500 ? "server_error" : "invalid_request_error";
    return JsonObject.builder()
        .put(
            "error",
            JsonObject.builder()
                .put("message", message)
                .put("type", type)
                .putNullable("param", param)
                .put("code", code)
                .build())
        .build();
  }

  /// The error that a prompt asked for.
  static JsonObject failure() {
    return envelope(500, "demo_failure", null, "The prompt asked for this.");
  }

  /// Usage in the words of a Response.
  static JsonObject usage(DemoUsage usage) {
    return JsonObject.builder()
        .put("input_tokens", usage.input())
        .put("input_tokens_details", JsonObject.builder().put("cached_tokens", 0).build())
        .put("output_tokens", usage.output())
        .put(
            "output_tokens_details",
            JsonObject.builder().put("reasoning_tokens", usage.reasoning()).build())
        .put("total_tokens", usage.total())
        .build();
  }
}
