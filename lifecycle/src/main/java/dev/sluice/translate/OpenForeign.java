package dev.sluice.translate;

import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.OutputItem.Status;

/// An item that only the upstream understands: it and its events go through under our numbers. For
/// use by one thread.
final class OpenForeign extends OpenItem {

  private JsonObject members;

  OpenForeign(EventFrames frames, String id, int index, JsonObject members) {
    super(frames, id, index);
    this.members = members;
  }

  /// Passes one of the item's own events on.
  void relay(String type, JsonObject event) {
    if (!isOpen()) {
      return;
    }
    JsonObject.Builder json = place();
    event
        .members()
        .forEach((name, value) -> {
          switch (name) {
            case "type", "sequence_number", "item_id", "output_index" -> {
              // Ours are already there.
            }
            default -> json.put(name, value);
          }
        });
    frames().add(type, json.build());
  }

  @Override
  boolean matches(JsonObject whole) {
    return whole.text("type").equals(members.text("type"));
  }

  @Override
  void addMissing(JsonObject whole) {
    members = whole;
  }

  @Override
  void closeContent() {
    // Its own events told of its content.
  }

  @Override
  OutputItem item(Status status) {
    return new OutputItem.Foreign(id(), members, status);
  }
}
