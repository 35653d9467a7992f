package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.OutputItem.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One item of the output while it is written: it tells of each step in events and can be asked at
/// any time for what it amounts to. For use by one thread.
abstract sealed class OpenItem permits OpenText, OpenCall, OpenForeign {

  private final EventFrames frames;
  private final String id;
  private final int index;
  private Map<String, JsonValue> extras = Map.of();
  private @Nullable Status expected;
  private Status status = Status.IN_PROGRESS;

  /// @param index the place in the output
  OpenItem(EventFrames frames, String id, int index) {
    this.frames = frames;
    this.id = id;
    this.index = index;
  }

  /// The item as it stands.
  abstract OutputItem item(Status status);

  /// Whether a complete item of the upstream is this one.
  abstract boolean matches(JsonObject whole);

  abstract void addMissing(JsonObject whole);

  /// Ends what is inside the item.
  abstract void closeContent();

  /// Adds what is not there yet of an item that is known whole, unless its end has been told.
  final void complete(JsonObject whole) {
    if (isOpen()) {
      addMissing(whole);
    } else if (frames.isDiscarding()) {
      describe(whole);
    }
  }

  final EventFrames frames() {
    return frames;
  }

  final String id() {
    return id;
  }

  final OutputItem item() {
    return item(status);
  }

  /// The item with what its maker says beyond the members that we know.
  final JsonObject toJson() {
    JsonObject.Builder json = item().toJson().toBuilder();
    extras.forEach(json::put);
    return json.build();
  }

  /// Keeps the members that we do not know, for [#toJson].
  final void describe(JsonObject whole) {
    Map<String, JsonValue> unknown = new LinkedHashMap<>(whole.members());
    unknown.keySet().removeAll(item().toJson().members().keySet());
    unknown.values().removeIf(JsonNull.class::isInstance);
    extras = unknown;
  }

  /// Tells that the item begins.
  final void begin() {
    frames.add(
        "response.output_item.added",
        JsonObject.builder().put("output_index", index).put("item", toJson()).build());
  }

  /// Nothing more is to come, but it is not told yet: the end of the response may show that the
  /// item was cut.
  final void finish(Status as) {
    if (isOpen()) {
      expected = as;
    }
  }

  final boolean isFinished() {
    return expected != null;
  }

  /// The status that [#finish] gave, or the other one.
  final Status expectedOr(Status other) {
    return expected == null ? other : expected;
  }

  /// Tells that the item is whole, or cut; only the first call counts.
  final void close(Status as) {
    if (status != Status.IN_PROGRESS) {
      return;
    }
    closeContent();
    status = as;
    frames.add(
        "response.output_item.done",
        JsonObject.builder().put("output_index", index).put("item", toJson()).build());
  }

  final boolean isOpen() {
    return status == Status.IN_PROGRESS;
  }

  /// The start of the members of an event about this item.
  final JsonObject.Builder place() {
    return JsonObject.builder().put("item_id", id).put("output_index", index);
  }
}
