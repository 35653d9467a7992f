package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Turns the events of a Response in the canonical form into chunks of a chat stream. For use by
/// one thread.
final class ChatDeltas {

  /// A call that was announced.
  ///
  /// @param index among the calls of the answer
  /// @param type `function` or `custom`
  private record Call(int index, String type) {}

  private final ChatChunks chunks;
  private final boolean isLegacy;
  private final Map<Long, Call> calls = new HashMap<>();
  private final Gap beforeText = new Gap();
  private final Gap beforeReasoning = new Gap();

  /// A blank line that is due between two texts, and is told only when the second one comes.
  private static final class Gap {

    private boolean hasText;
    private boolean isDue;

    void nextText() {
      isDue = hasText;
    }

    String fill(String delta) {
      if (delta.isEmpty()) {
        return delta;
      }
      String filled = isDue ? ResponseAsCompletion.BETWEEN + delta : delta;
      hasText = true;
      isDue = false;
      return filled;
    }
  }

  ChatDeltas(ChatChunks chunks, boolean isLegacy) {
    this.chunks = chunks;
    this.isLegacy = isLegacy;
  }

  /// Whether the request was in the form before tools.
  boolean isLegacy() {
    return isLegacy;
  }

  byte[] begin() {
    return chunks.begin(0, false);
  }

  /// The chunk of an event; empty for events that chat does not tell.
  Optional<byte[]> of(JsonObject event) {
    String delta = event.text("delta").orElse("");
    return switch (event.text("type").orElse("")) {
      case "response.output_item.added" -> added(event);
      case "response.content_part.added", "response.reasoning_summary_part.added" -> part(event);
      case "response.output_text.delta" ->
          Optional.of(
              chunks.delta(
                  0,
                  single("content", JsonValue.of(beforeText.fill(delta))),
                  ResponseAsCompletion.logprobs(event.items("logprobs"))));
      case "response.refusal.delta" -> told(single("refusal", JsonValue.of(delta)));
      case "response.reasoning_text.delta", "response.reasoning_summary_text.delta" ->
          told(single("reasoning_content", JsonValue.of(beforeReasoning.fill(delta))));
      case "response.output_text.annotation.added" ->
          event
              .object("annotation")
              .flatMap(ResponseAsCompletion::annotation)
              .flatMap(annotation -> told(single("annotations", list(annotation))));
      case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta" ->
          Optional.ofNullable(calls.get(event.number("output_index").orElse(-1L)))
              .flatMap(call -> told(input(call, delta)));
      default -> Optional.empty();
    };
  }

  /// The chunks of the end of an answer that did not fail.
  List<byte[]> end(JsonObject response) {
    List<byte[]> frames = new ArrayList<>();
    ResponseAsCompletion.finishReason(response, !calls.isEmpty(), isLegacy)
        .ifPresent(reason -> frames.add(chunks.finish(0, reason)));
    if (chunks.usage()) {
      ResponseAsCompletion.usage(response).map(chunks::counts).ifPresent(frames::add);
    }
    return List.copyOf(frames);
  }

  private Optional<byte[]> told(JsonObject delta) {
    return Optional.of(chunks.delta(0, delta));
  }

  private Optional<byte[]> added(JsonObject event) {
    JsonObject item = event.object("item").orElse(JsonObject.EMPTY);
    return switch (item.text("type").orElse("")) {
      case "message" -> {
        beforeText.nextText();
        yield Optional.empty();
      }
      case "function_call", "custom_tool_call" -> announced(event, item);
      default -> Optional.empty();
    };
  }

  /// The form before tools has room for one call.
  private Optional<byte[]> announced(JsonObject event, JsonObject item) {
    if (isLegacy && !calls.isEmpty()) {
      return Optional.empty();
    }
    Call call = new Call(calls.size(), ResponseAsCompletion.type(item));
    calls.put(event.number("output_index").orElse(-1L), call);
    return told(
        isLegacy
            ? single("function_call", ResponseAsCompletion.callee(item))
            : single("tool_calls", list(numbered(call, ResponseAsCompletion.call(item)))));
  }

  private JsonObject input(Call call, String delta) {
    JsonObject piece = single(ResponseAsCompletion.inputName(call.type()), JsonValue.of(delta));
    return isLegacy
        ? single("function_call", piece)
        : single("tool_calls", list(numbered(call, single(call.type(), piece))));
  }

  private Optional<byte[]> part(JsonObject event) {
    String type = event.object("part").flatMap(part -> part.text("type")).orElse("");
    if (type.equals("reasoning_text") || type.equals("summary_text")) {
      beforeReasoning.nextText();
    }
    return Optional.empty();
  }

  private static JsonObject numbered(Call call, JsonObject content) {
    JsonObject.Builder numbered = JsonObject.builder().put("index", call.index());
    content.members().forEach(numbered::put);
    return numbered.build();
  }

  private static JsonArray list(JsonObject item) {
    return new JsonArray(List.of(item));
  }

  private static JsonObject single(String name, JsonValue value) {
    return JsonObject.builder().put(name, value).build();
  }
}
