package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Builds the chat completion that a stream of chunks amounts to. It can be asked at any time: what
/// has not arrived is not there. For use by one thread.
final class ChatStreamAssembler {

  /// The members of a chunk that describe the completion as a whole; the last one counts.
  private static final List<String> KEPT =
      List.of("created", "system_fingerprint", "service_tier", "usage");

  private final Map<String, JsonValue> kept = new LinkedHashMap<>();
  private final TreeMap<Long, ChatStreamChoice> choices = new TreeMap<>();

  void add(JsonObject chunk) {
    for (String name : KEPT) {
      JsonValue value = chunk.get(name);
      if (value != null && !(value instanceof JsonNull)) {
        kept.put(name, value);
      }
    }
    for (JsonValue item : chunk.items("choices")) {
      if (item instanceof JsonObject choice) {
        choices
            .computeIfAbsent(choice.number("index").orElse(0L), ChatStreamChoice::new)
            .add(choice);
      }
    }
  }

  /// True when at least so many choices began and each that began has a finish reason.
  boolean isFinished(long atLeast) {
    return choices.size() >= atLeast
        && choices.values().stream().allMatch(choice -> choice.finishReason().isPresent());
  }

  boolean isEmpty() {
    return choices.isEmpty();
  }

  List<String> finishReasons() {
    return choices.values().stream().flatMap(choice -> choice.finishReason().stream()).toList();
  }

  /// The completion so far, under the id and the model name that the client sees.
  JsonObject completion(String id, String model) {
    JsonObject.Builder json = JsonObject.builder().put("id", id).put("object", "chat.completion");
    JsonValue created = kept.get("created");
    if (created != null) {
      json.put("created", created);
    }
    List<JsonValue> items = new ArrayList<>();
    choices.values().forEach(choice -> items.add(choice.toJson()));
    json.put("model", model).put("choices", new JsonArray(items));
    kept.forEach((name, value) -> {
      if (!"created".equals(name)) {
        json.put(name, value);
      }
    });
    return json.build();
  }
}
