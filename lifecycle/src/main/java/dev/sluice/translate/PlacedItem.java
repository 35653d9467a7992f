package dev.sluice.translate;

import dev.sluice.wire.JsonValue.JsonObject;

/// An item of a conversation and where it stands in the client's own request, for the `param` of an
/// error.
///
/// @param path such as `input[3]`; `previous_response_id` for an item of an earlier turn
public record PlacedItem(JsonObject item, String path) {

  private static final String EARLIER = "previous_response_id";

  static PlacedItem earlier(JsonObject item) {
    return new PlacedItem(item, EARLIER);
  }

  /// @param index in `input`
  static PlacedItem own(JsonObject item, int index) {
    return new PlacedItem(item, "input[" + index + "]");
  }

  /// True for an item of an earlier turn: no part of it has a path of its own.
  boolean isEarlier() {
    return path.equals(EARLIER);
  }

  /// Another item in the same place.
  PlacedItem with(JsonObject other) {
    return new PlacedItem(other, path);
  }
}
