package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Log probabilities with every key that Open Responses requires; `bytes` that a server left out
/// are the UTF-8 bytes of the token.
final class ChatLogprobs {

  private ChatLogprobs() {}

  /// @param entries `choices[].logprobs.content`
  static JsonArray of(List<JsonValue> entries) {
    List<JsonValue> translated = new ArrayList<>();
    for (JsonValue entry : entries) {
      if (entry instanceof JsonObject object) {
        translated.add(
            token(object).put("top_logprobs", top(object.items("top_logprobs"))).build());
      }
    }
    return new JsonArray(translated);
  }

  private static JsonArray top(List<JsonValue> entries) {
    return new JsonArray(
        entries.stream()
            .filter(JsonObject.class::isInstance)
            .<JsonValue>map(entry -> token((JsonObject) entry).build())
            .toList());
  }

  private static JsonObject.Builder token(JsonObject entry) {
    String token = entry.text("token").orElse("");
    return JsonObject.builder()
        .put("token", token)
        .put(
            "logprob", entry.get("logprob") instanceof JsonNumber number ? number : JsonValue.of(0))
        .put("bytes", entry.get("bytes") instanceof JsonArray bytes ? bytes : utf8(token));
  }

  private static JsonArray utf8(String token) {
    List<JsonValue> bytes = new ArrayList<>();
    for (byte b : token.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(JsonValue.of(Byte.toUnsignedInt(b)));
    }
    return new JsonArray(bytes);
  }
}
