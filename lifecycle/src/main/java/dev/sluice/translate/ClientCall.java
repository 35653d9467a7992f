package dev.sluice.translate;

import dev.sluice.request.RequestData;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;

/// A valid request in the form in which translations read it.
///
/// @param request what its row will say
/// @param document the body as the client wrote it
/// @param items of a Responses or compaction request: every item that the model is to see, oldest
///   first, the turns before it included, references resolved and own compactions expanded; empty
///   for all other endpoints, whose input is in the document
public record ClientCall(RequestData request, JsonDocument document, List<PlacedItem> items) {

  public ClientCall {
    items = List.copyOf(items);
  }

  /// The same, asked of an upstream that cannot stream.
  public ClientCall whole() {
    return new ClientCall(request.withStream(false), document, items);
  }

  /// The items without their places.
  public List<JsonObject> input() {
    return items.stream().map(PlacedItem::item).toList();
  }
}
