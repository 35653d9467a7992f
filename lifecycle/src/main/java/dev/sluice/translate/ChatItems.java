package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import dev.sluice.wire.OutputItem.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One choice of a chat completion as output items: its reasoning, its message and its tool calls.
/// It takes a whole message or one delta after the other, so that both give the same items. For use
/// by one thread.
///
/// A message ends when reasoning or a call begins, and reasoning when anything else does. Calls
/// stay open side by side, because their pieces may alternate.
final class ChatItems {

  /// How a call enters the output.
  interface Calls {
    OpenCall begin(String id, String name, boolean isCustom);
  }

  /// The older `function_call` has no number.
  private static final long OLDER_CALL = -1;

  private final ResponseEvents events;
  private final ItemIds ids;
  private final ToolRules rules;
  private final List<JsonValue> annotations = new ArrayList<>();
  private final List<ChatCall> calls = new ArrayList<>();
  private final Map<Long, ChatCall> byNumber = new HashMap<>();
  private @Nullable OpenText open;
  private boolean hasMessage;
  private boolean hasCall;

  ChatItems(ResponseEvents events, ItemIds ids, ToolRules rules) {
    this.events = events;
    this.ids = ids;
    this.rules = rules;
  }

  /// Takes a choice that was not streamed.
  void addWhole(JsonObject choice) {
    JsonObject message = choice.object("message").orElse(JsonObject.EMPTY);
    addTexts(message, logprobs(choice));
    List<JsonValue> given = message.items("tool_calls");
    for (int i = 0; i < given.size(); i++) {
      if (given.get(i) instanceof JsonObject call) {
        numbered(i).add(call);
      }
    }
    if (given.isEmpty()) {
      message
          .object("function_call")
          .ifPresent(function -> numbered(OLDER_CALL).addFunction(function));
    }
  }

  /// Takes a choice of one chunk.
  void addDelta(JsonObject choice) {
    JsonObject delta = choice.object("delta").orElse(JsonObject.EMPTY);
    addTexts(delta, logprobs(choice));
    for (JsonValue item : delta.items("tool_calls")) {
      if (item instanceof JsonObject call) {
        addCall(call);
      }
    }
    delta
        .object("function_call")
        .ifPresent(function -> {
          ChatCall call = numbered(OLDER_CALL);
          call.addFunction(function);
          tellIfCertain(call);
        });
  }

  private void addTexts(JsonObject said, List<JsonValue> logprobs) {
    String reasoning = reasoning(said);
    if (!reasoning.isEmpty()) {
      text(false).last(PartKind.REASONING_TEXT).append(reasoning, List.of());
    }
    String content = content(said.get("content"));
    if (!content.isEmpty() || !logprobs.isEmpty()) {
      text(true).last(PartKind.OUTPUT_TEXT).append(content, logprobs);
    }
    annotate(ChatAnnotations.flat(said.items("annotations")));
    String refusal = said.text("refusal").orElse("");
    if (!refusal.isEmpty()) {
      text(true).last(PartKind.REFUSAL).append(refusal, List.of());
    }
  }

  /// Citations that come before the text wait for it.
  private void annotate(JsonArray flat) {
    annotations.addAll(flat.items());
    if (!annotations.isEmpty() && open != null && open.isMessage() && open.endsWithText()) {
      OpenPart text = open.last(PartKind.OUTPUT_TEXT);
      annotations.forEach(annotation -> text.annotate((JsonObject) annotation));
      annotations.clear();
    }
  }

  /// The message or the reasoning that is open, or a new one when something else is.
  private OpenText text(boolean isMessage) {
    calls.forEach(call -> call.tell(this::begin));
    if (open != null && open.isMessage() == isMessage) {
      return open;
    }
    endText();
    OpenText begun =
        isMessage
            ? events.message(ids.message(events.next()))
            : events.reasoning(ids.reasoning(events.next()));
    open = begun;
    hasMessage |= isMessage;
    return begun;
  }

  private void endText() {
    if (open != null) {
      open.finish(Status.COMPLETED);
      open = null;
    }
  }

  private void addCall(JsonObject delta) {
    String id = delta.text("id").orElse("");
    String name =
        delta
            .object("function")
            .or(() -> delta.object("custom"))
            .flatMap(callee -> callee.text("name"))
            .orElse("");
    long number = delta.number("index").orElseGet(() -> numberOf(id, name));
    ChatCall known = byNumber.get(number);
    if (known != null && known.isOther(id, name)) {
      // Some servers give all calls of an answer the same number.
      byNumber.remove(number);
    }
    ChatCall call = numbered(number);
    call.add(delta);
    tellIfCertain(call);
  }

  /// The number of a call that came without one: a new id or a name after arguments begins a call.
  private long numberOf(String id, String name) {
    if (calls.isEmpty()) {
      return 0;
    }
    for (Map.Entry<Long, ChatCall> call : byNumber.entrySet()) {
      if (!id.isEmpty() && call.getValue().id().equals(id)) {
        return call.getKey();
      }
    }
    boolean isNew = !id.isEmpty() || (!name.isEmpty() && calls.getLast().hasArguments());
    return isNew ? calls.size() : calls.size() - 1L;
  }

  private ChatCall numbered(long number) {
    ChatCall known = byNumber.get(number);
    if (known != null) {
      return known;
    }
    calls.forEach(earlier -> earlier.tell(this::begin));
    ChatCall call = new ChatCall(rules);
    calls.add(call);
    byNumber.put(number, call);
    return call;
  }

  private void tellIfCertain(ChatCall call) {
    if (call.hasArguments()) {
      call.tell(this::begin);
    }
  }

  private OpenCall begin(String id, String name, boolean isCustom) {
    endText();
    hasCall = true;
    String callId = events.callId(id, ids);
    return events.call(
        isCustom ? ids.customToolCall(events.next()) : ids.functionCall(events.next()),
        new OpenCall.Callee(callId, name, isCustom));
  }

  boolean hasNamelessCall() {
    return calls.stream().anyMatch(ChatCall::isNameless);
  }

  /// The end of the choice. An answer that said nothing at all is an empty message, a broken one is
  /// what it said.
  void end(FinishReason finish) {
    calls.forEach(call -> call.end(this::begin));
    if (finish != FinishReason.BROKEN && !hasMessage && !hasCall) {
      var _ = text(true).last(PartKind.OUTPUT_TEXT);
    }
    events.close(finish.outcome());
  }

  private static List<JsonValue> logprobs(JsonObject choice) {
    return choice
        .object("logprobs")
        .map(logs -> ChatLogprobs.of(logs.items("content")).items())
        .orElse(List.of());
  }

  /// A string, or the texts of the parts that some servers send.
  private static String content(@Nullable JsonValue content) {
    return switch (content) {
      case JsonString(String text) -> text;
      case JsonArray(List<JsonValue> parts) ->
          parts.stream()
              .flatMap(part ->
                  part instanceof JsonObject object
                      ? object.text("text").stream()
                      : part.asText().stream())
              .collect(Collectors.joining());
      case null, default -> "";
    };
  }

  /// Servers disagree on the name: `reasoning_content`, `reasoning`, or a list of details.
  private static String reasoning(JsonObject said) {
    return said.text("reasoning_content")
        .filter(text -> !text.isEmpty())
        .or(() -> said.text("reasoning").filter(text -> !text.isEmpty()))
        .orElseGet(() ->
            said.items("reasoning_details").stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .flatMap(detail -> detail.text("text").or(() -> detail.text("summary")).stream())
                .collect(Collectors.joining()));
  }
}
