package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem.Status;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The items of an upstream's Response, found again by the numbers that the upstream gives them.
/// For use by one thread.
///
/// Numbers and ids of upstreams are not to be trusted: some give every item the number 0, some
/// change an id from event to event. So an item is known by its number and its type, and at the end
/// by its place in the output.
final class UpstreamItems {

  private final ResponseEvents events;
  private final ItemIds ids;
  private final ToolRules rules;
  private final Map<Long, OpenItem> byNumber = new HashMap<>();
  private final Set<Long> hidden = new HashSet<>();

  UpstreamItems(ResponseEvents events, ItemIds ids, ToolRules rules) {
    this.events = events;
    this.ids = ids;
    this.rules = rules;
  }

  /// Takes an event about an item or a part of one; other events mean nothing here.
  void take(String type, JsonObject event) {
    Optional<Long> number = event.number("output_index");
    long key = number.orElse(0L);
    JsonObject item = event.object("item").orElse(JsonObject.EMPTY);
    switch (type) {
      case "response.output_item.added" -> added(key, item);
      case "response.output_item.done" -> done(key, item);
      case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta" ->
          call(key).ifPresent(call -> call.append(delta(event)));
      case "response.function_call_arguments.done" ->
          call(key).ifPresent(call -> call.completeWith(event.text("arguments").orElse("")));
      case "response.custom_tool_call_input.done" ->
          call(key).ifPresent(call -> call.completeWith(event.text("input").orElse("")));
      default -> {
        if (!takePart(type, key, event) && number.isPresent() && !hidden.contains(key)) {
          relay(type, key, event);
        }
      }
    }
  }

  /// True when the event is about a text.
  private boolean takePart(String type, long key, JsonObject event) {
    switch (type) {
      case "response.output_text.delta" ->
          part(key, PartKind.OUTPUT_TEXT, event)
              .append(delta(event), ChatLogprobs.of(event.items("logprobs")).items());
      case "response.refusal.delta" -> append(key, PartKind.REFUSAL, event);
      case "response.reasoning_text.delta", "response.reasoning.delta" ->
          append(key, PartKind.REASONING_TEXT, event);
      case "response.reasoning_summary_text.delta" -> append(key, PartKind.SUMMARY_TEXT, event);
      case "response.output_text.annotation.added" ->
          event.object("annotation").ifPresent(part(key, PartKind.OUTPUT_TEXT, event)::annotate);
      case "response.output_text.done" -> complete(key, PartKind.OUTPUT_TEXT, event);
      case "response.refusal.done" -> complete(key, PartKind.REFUSAL, event);
      case "response.reasoning_text.done", "response.reasoning.done" ->
          complete(key, PartKind.REASONING_TEXT, event);
      case "response.reasoning_summary_text.done" -> complete(key, PartKind.SUMMARY_TEXT, event);
      case "response.content_part.added",
          "response.content_part.done",
          "response.reasoning_summary_part.added",
          "response.reasoning_summary_part.done" ->
          event.object("part").ifPresent(part -> takePart(key, part, event));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void append(long key, PartKind kind, JsonObject event) {
    part(key, kind, event).append(delta(event), List.of());
  }

  private void complete(long key, PartKind kind, JsonObject event) {
    part(key, kind, event).complete(event);
  }

  private void takePart(long key, JsonObject part, JsonObject event) {
    boolean isMessage = !(byNumber.get(key) instanceof OpenText known) || known.isMessage();
    Optional<PartKind> kind = PartKind.of(part.text("type").orElse(""), isMessage);
    kind.ifPresent(found -> part(key, found, event).complete(part));
  }

  private static String delta(JsonObject event) {
    return event.text("delta").orElse("");
  }

  /// The text that an event is about. An item that was never announced begins here.
  private OpenPart part(long key, PartKind kind, JsonObject event) {
    boolean isMessage = kind == PartKind.OUTPUT_TEXT || kind == PartKind.REFUSAL;
    OpenText item =
        byNumber.get(key) instanceof OpenText known && known.isMessage() == isMessage
            ? known
            : begunText(key, isMessage);
    return item.part(kind, event.number(kind.indexName()).orElse(0L));
  }

  private OpenText begunText(long key, boolean isMessage) {
    OpenText item =
        isMessage
            ? events.message(ids.message(events.next()))
            : events.reasoning(ids.reasoning(events.next()));
    byNumber.put(key, item);
    return item;
  }

  /// The call that an event is about; without a name it cannot be announced, and waits for its done
  /// event.
  private Optional<OpenCall> call(long key) {
    return byNumber.get(key) instanceof OpenCall call && !hidden.contains(key)
        ? Optional.of(call)
        : Optional.empty();
  }

  private void relay(String type, long key, JsonObject event) {
    if (byNumber.get(key) instanceof OpenForeign foreign) {
      foreign.relay(type, event);
    }
  }

  private void added(long key, JsonObject item) {
    OpenItem known = byNumber.get(key);
    boolean isRepeated = known != null && known.matches(item) && !known.isFinished();
    if (!isRepeated && !isNamelessCall(item)) {
      var _ = begun(key, item);
    }
  }

  private static boolean isNamelessCall(JsonObject item) {
    return switch (item.text("type").orElse("")) {
      case "function_call", "custom_tool_call" -> item.text("name").orElse("").isEmpty();
      default -> false;
    };
  }

  /// Begins an item, unless the client asked not to see such.
  private Optional<OpenItem> begun(long key, JsonObject item) {
    if (item.members().isEmpty()) {
      return Optional.empty();
    }
    if (!rules.allows(item)) {
      hidden.add(key);
      byNumber.remove(key);
      return Optional.empty();
    }
    hidden.remove(key);
    OpenItem begun =
        events.begin(
            ids.of(item, events.next()),
            switch (item.text("type").orElse("")) {
              case "function_call", "custom_tool_call" ->
                  events.callId(item.text("call_id").orElse(""), ids);
              default -> "";
            },
            item);
    byNumber.put(key, begun);
    return Optional.of(begun);
  }

  private void done(long key, JsonObject item) {
    OpenItem known = byNumber.get(key);
    Optional<OpenItem> target =
        known != null && known.matches(item) && !known.isFinished()
            ? Optional.of(known)
            : begun(key, item);
    target.ifPresent(open -> finish(open, item));
  }

  private static void finish(OpenItem open, JsonObject item) {
    open.complete(item);
    open.finish(
        item.text("status").orElse("").equals("incomplete") ? Status.INCOMPLETE : Status.COMPLETED);
  }

  /// Takes the output of a Response in its final state: what was not told before is told now.
  void complete(List<JsonValue> output) {
    Set<OpenItem> found = new HashSet<>();
    for (int i = 0; i < output.size(); i++) {
      if (output.get(i) instanceof JsonObject item && rules.allows(item)) {
        find(i, item, found)
            .ifPresent(open -> {
              found.add(open);
              finish(open, item);
            });
      }
    }
  }

  /// The item with this number if it is such a one, else the first such one that is not yet found,
  /// else a new one.
  private Optional<OpenItem> find(long key, JsonObject item, Set<OpenItem> found) {
    OpenItem numbered = byNumber.get(key);
    if (numbered != null && numbered.matches(item) && !found.contains(numbered)) {
      return Optional.of(numbered);
    }
    return events.items().stream()
        .filter(told -> told.matches(item) && !found.contains(told))
        .findFirst()
        .or(() -> begun(key, item));
  }
}
