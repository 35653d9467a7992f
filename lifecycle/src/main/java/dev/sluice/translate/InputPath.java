package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.List;

/// Where an item of a conversation stands in the client's own request, for the `param` of an error.
///
/// @param before how many items come from earlier turns; the one item of an input that is a string
///   counts as one, because a string is never at fault
/// @param places the index in `input` of each item after them
record InputPath(int before, List<Integer> places) {

  static InputPath of(ClientCall call) {
    List<Integer> places = new ArrayList<>();
    if (call.document().object().get("input") instanceof JsonArray(List<JsonValue> own)) {
      for (int i = 0; i < own.size(); i++) {
        if (own.get(i) instanceof JsonObject item && !ConversationItems.isReference(item)) {
          places.add(i);
        }
      }
    }
    return new InputPath(Math.max(0, call.input().size() - places.size()), List.copyOf(places));
  }

  /// True for an item of an earlier turn.
  boolean isEarlier(int index) {
    return index < before;
  }

  /// The path of an item, such as `input[3]`; `previous_response_id` for an item of an earlier
  /// turn.
  ///
  /// @param index of the item in the whole conversation
  String of(int index) {
    return isEarlier(index) ? "previous_response_id" : "input[" + places.get(index - before) + "]";
  }
}
