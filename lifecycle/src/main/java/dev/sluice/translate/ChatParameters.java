package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseParameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a chat request asked for, in the words of the Responses API. A value of a wrong type is
/// shown as if it were absent.
final class ChatParameters {

  private static final List<String> SAME_NUMBERS =
      List.of("temperature", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs");
  private static final List<String> SAME_TEXTS = List.of("prompt_cache_key", "safety_identifier");

  private ChatParameters() {}

  static ResponseParameters of(JsonObject chat) {
    Map<String, JsonValue> given = new LinkedHashMap<>();
    SAME_NUMBERS.forEach(name -> number(chat, name).ifPresent(value -> given.put(name, value)));
    SAME_TEXTS.forEach(
        name -> chat.text(name).ifPresent(text -> given.put(name, JsonValue.of(text))));
    // A client may write 1e2; the Response object holds an integer.
    chat.number("max_completion_tokens")
        .or(() -> chat.number("max_tokens"))
        .ifPresent(value -> given.put("max_output_tokens", JsonValue.of(value)));
    chat.object("metadata").ifPresent(value -> given.put("metadata", value));
    chat.text("reasoning_effort").ifPresent(effort -> given.put("reasoning", reasoning(effort)));
    given.put("text", text(chat));
    given.put("tools", ChatTools.tools(chat));
    ChatTools.choice(chat).ifPresent(value -> given.put("tool_choice", value));
    ChatTools.parallel(chat).ifPresent(value -> given.put("parallel_tool_calls", value));
    return ResponseParameters.with(given);
  }

  private static Optional<JsonValue> number(JsonObject chat, String name) {
    return chat.get(name) instanceof JsonNumber number ? Optional.of(number) : Optional.empty();
  }

  private static JsonObject reasoning(String effort) {
    return JsonObject.builder().put("effort", effort).put("summary", JsonNull.NULL).build();
  }

  private static JsonObject text(JsonObject chat) {
    JsonObject.Builder json =
        JsonObject.builder()
            .put(
                "format",
                chat.object("response_format")
                    .map(ChatParameters::format)
                    .orElseGet(() -> typed("text")));
    chat.text("verbosity").ifPresent(verbosity -> json.put("verbosity", verbosity));
    return json.build();
  }

  private static JsonObject format(JsonObject format) {
    return switch (format.text("type").orElse("text")) {
      case "json_schema" -> format.object("json_schema").map(ChatParameters::schema).orElse(format);
      default -> format;
    };
  }

  private static JsonObject schema(JsonObject schema) {
    JsonValue content = schema.get("schema");
    return JsonObject.builder()
        .put("type", "json_schema")
        .put("name", schema.text("name").orElse(""))
        .putNullable("description", schema.text("description").orElse(null))
        .put("schema", content == null ? JsonNull.NULL : content)
        .put("strict", schema.isTrue("strict"))
        .build();
  }

  private static JsonObject typed(String type) {
    return JsonObject.builder().put("type", type).build();
  }
}
