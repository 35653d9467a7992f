package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The tool calls of one choice. Their pieces may alternate; the index says to which a piece
/// belongs.
final class ChatStreamToolCalls {

  /// @param function is filled as pieces arrive
  private record Call(String id, String type, ChatStreamFunction function) {}

  private final TreeMap<Long, Call> calls = new TreeMap<>();

  boolean isEmpty() {
    return calls.isEmpty();
  }

  void add(List<JsonValue> deltas) {
    for (JsonValue item : deltas) {
      if (item instanceof JsonObject delta) {
        add(delta);
      }
    }
  }

  private void add(JsonObject delta) {
    long index = delta.number("index").orElseGet(() -> indexOf(delta));
    Call known = calls.getOrDefault(index, new Call("", "", new ChatStreamFunction()));
    Call call =
        new Call(
            known.id().isEmpty() ? delta.text("id").orElse("") : known.id(),
            known.type().isEmpty() ? delta.text("type").orElse("") : known.type(),
            known.function());
    delta.object("function").ifPresent(call.function()::add);
    calls.put(index, call);
  }

  /// Servers that leave the index out send a new id with each new call.
  private long indexOf(JsonObject delta) {
    Optional<String> id = delta.text("id");
    long last = calls.isEmpty() ? -1 : calls.lastKey();
    if (id.isEmpty()) {
      return Math.max(0, last);
    }
    return calls.entrySet().stream()
        .filter(call -> call.getValue().id().equals(id.get()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(last + 1);
  }

  JsonArray toJson() {
    List<JsonValue> items = new ArrayList<>();
    for (Call call : calls.values()) {
      items.add(
          JsonObject.builder()
              .put("id", call.id())
              .put("type", call.type().isEmpty() ? "function" : call.type())
              .put("function", call.function().toJson())
              .build());
    }
    return new JsonArray(items);
  }
}
