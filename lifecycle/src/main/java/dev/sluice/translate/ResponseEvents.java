package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.OutputItem.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The output of one response while it is written. What the events tell and what [#output] says at
/// the end come from the same items, so that they cannot differ. For use by one thread.
///
/// Items keep the order in which they began. An item that is finished is told to be done when the
/// next one begins, or at the end: only then it is known whether it was the one that was cut.
final class ResponseEvents {

  private final EventFrames frames;
  private final List<OpenItem> items = new ArrayList<>();
  private final Set<String> callIds = new HashSet<>();

  ResponseEvents(EventFrames frames) {
    this.frames = frames;
  }

  /// The place of the item that begins next.
  int next() {
    return items.size();
  }

  OpenText message(String id) {
    return begun(new OpenText(frames, id, next(), true));
  }

  OpenText reasoning(String id) {
    return begun(new OpenText(frames, id, next(), false));
  }

  OpenCall call(String id, OpenCall.Callee callee) {
    return begun(new OpenCall(frames, id, next(), callee));
  }

  /// Begins an item of the type of the given one; what that one holds is for [OpenItem#complete].
  OpenItem begin(String id, String callId, JsonObject item) {
    return switch (item.text("type").orElse("message")) {
      case "message" -> described(new OpenText(frames, id, next(), true), item);
      case "reasoning" -> described(new OpenText(frames, id, next(), false), item);
      case "function_call", "custom_tool_call" ->
          described(new OpenCall(frames, id, next(), OpenCall.Callee.of(item, callId)), item);
      default -> begun(new OpenForeign(frames, id, next(), item));
    };
  }

  private OpenItem described(OpenItem item, JsonObject as) {
    item.describe(as);
    return begun(item);
  }

  private <T extends OpenItem> T begun(T item) {
    for (OpenItem earlier : items) {
      if (earlier.isFinished()) {
        earlier.close(earlier.expectedOr(Status.COMPLETED));
      }
    }
    items.add(item);
    item.begin();
    return item;
  }

  /// The upstream's id of a call, or a derived one when it gave none or gave the same one twice.
  String callId(String given, ItemIds ids) {
    String callId = given.isEmpty() || callIds.contains(given) ? ids.call(next()) : given;
    callIds.add(callId);
    return callId;
  }

  /// Ends every item that is open, in their order. The last item of an answer that was cut is
  /// incomplete, and so is everything that was open when an answer failed.
  void close(Outcome outcome) {
    for (OpenItem item : items) {
      item.close(
          switch (outcome) {
            case COMPLETED -> item.expectedOr(Status.COMPLETED);
            case INCOMPLETE ->
                item == items.getLast() ? Status.INCOMPLETE : item.expectedOr(Status.COMPLETED);
            case FAILED -> item.expectedOr(Status.INCOMPLETE);
          });
    }
  }

  /// Whether the upstream said of an item that it was cut.
  boolean hasCutItem() {
    return items.stream().anyMatch(item -> item.expectedOr(Status.COMPLETED) == Status.INCOMPLETE);
  }

  List<OpenItem> items() {
    return List.copyOf(items);
  }

  List<OutputItem> written() {
    return items.stream().map(OpenItem::item).toList();
  }

  List<JsonObject> output() {
    return items.stream().map(OpenItem::toJson).toList();
  }
}
