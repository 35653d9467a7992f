package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/// The items of a conversation: earlier turns and the client's own, put together and checked before
/// a model server sees them. Pure.
public final class ConversationItems {

  /// Put before the summary of a compacted conversation.
  private static final String SUMMARY =
      "Summary of the conversation up to this point, which it replaces:\n\n";

  /// A call that waits for its output.
  ///
  /// @param index in the conversation: models repeat the ids of earlier calls
  private record Call(int index, String word, boolean isCut) {}

  private ConversationItems() {}

  /// Adds the items of a request to those of the turns before it.
  ///
  /// A reference names an item that is part of the conversation already, so it adds nothing. An
  /// item without a type is a message. A call that was cut off by a limit and has no output is left
  /// out, because nobody can answer it.
  ///
  /// @param history the items of the turns before, oldest first
  /// @param own the items of the request, as the client wrote them
  /// @throws UntranslatableException for a reference to nothing, for the output of no call and for
  ///   a call without an output
  public static List<PlacedItem> resolve(List<JsonObject> history, List<JsonObject> own) {
    List<PlacedItem> items = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonObject item : history) {
      // A reference of an earlier turn was checked in its time.
      if (!isReference(item)) {
        add(PlacedItem.earlier(typed(item)), items, ids);
      }
    }
    for (int i = 0; i < own.size(); i++) {
      JsonObject item = own.get(i);
      if (isReference(item)) {
        checkReference(item.text("id").orElse(""), ids, i);
      } else {
        add(PlacedItem.own(typed(item), i), items, ids);
      }
    }
    Set<Integer> cut = new HashSet<>();
    waiting(items)
        .forEach((id, call) -> {
          if (!call.isCut()) {
            throw new UntranslatableException(
                items.get(call.index()).path(),
                "No tool output found for " + call.word() + " " + id + ".");
          }
          cut.add(call.index());
        });
    return IntStream.range(0, items.size())
        .filter(index -> !cut.contains(index))
        .mapToObj(items::get)
        .toList();
  }

  private static void add(PlacedItem placed, List<PlacedItem> items, Set<String> ids) {
    items.add(placed);
    placed.item().text("id").ifPresent(ids::add);
  }

  /// True for the mention of another item: by its type, or, as clients leave that out, by having an
  /// id and neither type nor role.
  static boolean isReference(JsonObject item) {
    return item.isAbsent("type")
        ? item.isAbsent("role") && item.text("id").isPresent()
        : item.text("type").filter("item_reference"::equals).isPresent();
  }

  private static void checkReference(String id, Set<String> ids, int index) {
    if (!ids.contains(id)) {
      throw new UntranslatableException(
          "input[" + index + "].id", "Item with id '" + id + "' not found.");
    }
  }

  private static JsonObject typed(JsonObject item) {
    return item.isAbsent("type") ? item.toBuilder().put("type", "message").build() : item;
  }

  /// The calls without an output, by their id.
  private static Map<String, Call> waiting(List<PlacedItem> items) {
    Map<String, Call> waiting = new LinkedHashMap<>();
    Set<String> known = new HashSet<>();
    for (int i = 0; i < items.size(); i++) {
      JsonObject item = items.get(i).item();
      String callId = item.text("call_id").orElse("");
      if (opens(item)) {
        known.add(callId);
        waiting.put(
            callId, new Call(i, word(item), item.text("status").equals(Optional.of("incomplete"))));
      } else if (closes(item)) {
        if (!known.contains(callId)) {
          throw new UntranslatableException(
              items.get(i).path(),
              "No tool call found for " + word(item) + " output with call_id " + callId + ".");
        }
        waiting.remove(callId);
      }
    }
    return waiting;
  }

  private static boolean opens(JsonObject item) {
    return switch (item.text("type").orElse("")) {
      case "function_call", "custom_tool_call" -> true;
      default -> false;
    };
  }

  private static boolean closes(JsonObject item) {
    return switch (item.text("type").orElse("")) {
      case "function_call_output", "custom_tool_call_output" -> true;
      default -> false;
    };
  }

  private static String word(JsonObject item) {
    return item.text("type").orElse("").startsWith("custom") ? "custom tool call" : "function call";
  }

  /// Replaces the compaction items that this gateway sealed by the summaries that they hold, as
  /// messages of the user: a summary repeats what users and tools said and must not gain authority
  /// over the developer. Compactions of others stay as they are.
  ///
  /// @param open gives the summary of a sealed text; empty for what cannot be opened
  /// @throws UntranslatableException for a compaction of this gateway that is another account's or
  ///   was changed
  public static List<PlacedItem> expanded(
      List<PlacedItem> items, Function<String, Optional<String>> open) {
    return items.stream().map(placed -> expanded(placed, open)).toList();
  }

  private static PlacedItem expanded(PlacedItem placed, Function<String, Optional<String>> open) {
    JsonObject item = placed.item();
    String sealed = item.text("encrypted_content").orElse("");
    boolean isOurs =
        item.text("type").filter("compaction"::equals).isPresent()
            && SealedSummary.isSealed(sealed);
    if (!isOurs) {
      return placed;
    }
    String summary =
        open.apply(sealed)
            .orElseThrow(() ->
                new UntranslatableException(
                    placed.path(),
                    "A compaction item cannot be read: its encrypted_content was made for another"
                        + " account, or was changed."));
    JsonValue part =
        JsonObject.builder().put("type", "input_text").put("text", SUMMARY + summary).build();
    return placed.with(
        JsonObject.builder()
            .put("type", "message")
            .put("role", "user")
            .put("content", new JsonArray(List.of(part)))
            .build());
  }
}
