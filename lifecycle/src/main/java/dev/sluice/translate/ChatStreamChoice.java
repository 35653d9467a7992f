package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One choice of a streamed chat completion, put together from its deltas.
final class ChatStreamChoice {

  /// Text that comes in pieces. Other strings of a delta are stated whole.
  private static final Set<String> PIECES =
      Set.of("content", "refusal", "reasoning_content", "reasoning");

  private final long index;
  private final Map<String, StringBuilder> texts = new LinkedHashMap<>();
  private final Map<String, List<JsonValue>> lists = new LinkedHashMap<>();
  private final Map<String, JsonValue> others = new LinkedHashMap<>();
  private final ChatStreamToolCalls toolCalls = new ChatStreamToolCalls();
  private final Map<String, List<JsonValue>> logprobs = new LinkedHashMap<>();
  private final Set<String> namedLogprobs = new LinkedHashSet<>();
  private @Nullable ChatStreamFunction functionCall;
  private @Nullable String finishReason;

  ChatStreamChoice(long index) {
    this.index = index;
  }

  Optional<String> finishReason() {
    return Optional.ofNullable(finishReason);
  }

  void add(JsonObject choice) {
    choice.object("delta").ifPresent(delta -> delta.members().forEach(this::addDelta));
    choice.object("logprobs").ifPresent(parts -> parts.members().forEach(this::addLogprobs));
    choice.text("finish_reason").ifPresent(reason -> finishReason = reason);
  }

  private void addDelta(String name, JsonValue value) {
    switch (value) {
      case JsonNull _ -> {
        // Servers that send every key send null for those without news.
      }
      case JsonString(String piece) when PIECES.contains(name) ->
          texts.computeIfAbsent(name, _ -> new StringBuilder()).append(piece);
      case JsonArray(List<JsonValue> calls) when name.equals("tool_calls") -> toolCalls.add(calls);
      case JsonObject call when name.equals("function_call") -> {
        if (functionCall == null) {
          functionCall = new ChatStreamFunction("arguments");
        }
        functionCall.add(call);
      }
      case JsonArray _ -> addAll(lists, name, value);
      default -> others.put(name, value);
    }
  }

  /// Servers name the kind of text that there is none of, too.
  private void addLogprobs(String name, JsonValue value) {
    if (value instanceof JsonNull) {
      namedLogprobs.add(name);
    }
    addAll(logprobs, name, value);
  }

  private static void addAll(Map<String, List<JsonValue>> to, String name, JsonValue value) {
    if (value instanceof JsonArray(List<JsonValue> items)) {
      to.computeIfAbsent(name, _ -> new ArrayList<>()).addAll(items);
    }
  }

  /// The choice in the form of an answer that was not streamed.
  JsonObject toJson() {
    return JsonObject.builder()
        .put("index", index)
        .put("message", message())
        .put("logprobs", logprobs())
        .putNullable("finish_reason", finishReason)
        .build();
  }

  private JsonObject message() {
    JsonObject.Builder json = JsonObject.builder().put("role", "assistant");
    json.put("content", text("content")).put("refusal", text("refusal"));
    others.forEach(json::put);
    texts.forEach((name, text) -> json.put(name, text.toString()));
    lists.forEach((name, items) -> json.put(name, new JsonArray(items)));
    if (!toolCalls.isEmpty()) {
      json.put("tool_calls", toolCalls.toJson());
    }
    if (functionCall != null) {
      json.put("function_call", functionCall.toJson());
    }
    return json.build();
  }

  private JsonValue text(String name) {
    StringBuilder text = texts.get(name);
    return text == null ? JsonNull.NULL : JsonValue.of(text.toString());
  }

  private JsonValue logprobs() {
    if (logprobs.isEmpty()) {
      return JsonNull.NULL;
    }
    JsonObject.Builder json = JsonObject.builder();
    namedLogprobs.forEach(name -> json.put(name, JsonNull.NULL));
    logprobs.forEach((name, items) -> json.put(name, new JsonArray(items)));
    return json.build();
  }
}
