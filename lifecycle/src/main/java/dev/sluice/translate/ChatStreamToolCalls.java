package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// The tool calls of one choice. Their pieces may alternate; the index says to which a piece
/// belongs.
final class ChatStreamToolCalls {

  /// @param callee is filled as pieces arrive
  private record Call(String id, String type, ChatStreamFunction callee) {

    /// The call that a first piece begins; servers leave its type out.
    static Call of(JsonObject delta) {
      boolean isCustom =
          delta.object("custom").isPresent()
              || delta.text("type").filter("custom"::equals).isPresent();
      return isCustom
          ? new Call("", "custom", new ChatStreamFunction("input"))
          : new Call("", "", new ChatStreamFunction("arguments"));
    }

    JsonObject toJson() {
      return JsonObject.builder()
          .put("id", id)
          .put("type", type.isEmpty() ? "function" : type)
          .put(type.equals("custom") ? "custom" : "function", callee.toJson())
          .build();
    }
  }

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
    Call known = Objects.requireNonNullElseGet(calls.get(index), () -> Call.of(delta));
    Call call =
        new Call(
            known.id().isEmpty() ? delta.text("id").orElse("") : known.id(),
            known.type().isEmpty() ? delta.text("type").orElse("") : known.type(),
            known.callee());
    delta.object("function").or(() -> delta.object("custom")).ifPresent(call.callee()::add);
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
    return new JsonArray(calls.values().stream().<JsonValue>map(Call::toJson).toList());
  }
}
