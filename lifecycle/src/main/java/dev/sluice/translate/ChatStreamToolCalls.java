package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /// Whether a piece with this id and name begins another call under the same number.
    boolean isOther(String otherId, String otherName) {
      return !otherId.isEmpty() && !id.isEmpty() && !otherId.equals(id) && !otherName.isEmpty();
    }

    JsonObject toJson() {
      return JsonObject.builder()
          .put("id", id)
          .put("type", type.isEmpty() ? "function" : type)
          .put(type.equals("custom") ? "custom" : "function", callee.toJson())
          .build();
    }
  }

  /// By number, under which some servers send several calls one after the other.
  private final TreeMap<Long, List<Call>> calls = new TreeMap<>();

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
    String id = delta.text("id").orElse("");
    JsonObject callee =
        delta.object("function").or(() -> delta.object("custom")).orElse(JsonObject.EMPTY);
    String name = callee.text("name").orElse("");
    long number = delta.number("index").orElseGet(() -> numberOf(id, name));
    List<Call> numbered = calls.computeIfAbsent(number, _ -> new ArrayList<>());
    if (numbered.isEmpty() || numbered.getLast().isOther(id, name)) {
      numbered.add(Call.of(delta));
    }
    Call known = numbered.removeLast();
    known.callee().add(callee);
    numbered.add(
        new Call(
            known.id().isEmpty() ? id : known.id(),
            known.type().isEmpty() ? delta.text("type").orElse("") : known.type(),
            known.callee()));
  }

  /// The number of a call that came without one: a new id or a name after arguments begins a call.
  private long numberOf(String id, String name) {
    if (calls.isEmpty()) {
      return 0;
    }
    if (!id.isEmpty()) {
      return calls.entrySet().stream()
          .filter(call -> call.getValue().getLast().id().equals(id))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElse(calls.lastKey() + 1);
    }
    Call last = calls.lastEntry().getValue().getLast();
    boolean isNew = !name.isEmpty() && last.callee().hasInput();
    return isNew ? calls.lastKey() + 1 : calls.lastKey();
  }

  JsonArray toJson() {
    return new JsonArray(
        calls.values().stream().flatMap(List::stream).<JsonValue>map(Call::toJson).toList());
  }
}
