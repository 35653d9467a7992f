package dev.sluice.translate;

import dev.sluice.request.ResponseId;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.OutputItem.Part;
import dev.sluice.wire.OutputItem.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The choices of a chat completion as output items: for each choice in order its reasoning, its
/// message, and its tool calls.
final class ChatOutput {

  private final ItemIds ids;
  private final List<OutputItem> items = new ArrayList<>();
  private final Set<String> callIds = new HashSet<>();

  private ChatOutput(ResponseId response) {
    this.ids = ItemIds.ofOutput(response);
  }

  /// The items of a completion; none when the body is no completion.
  static List<OutputItem> of(ResponseId response, JsonObject completion) {
    ChatOutput output = new ChatOutput(response);
    for (JsonValue choice : completion.items("choices")) {
      if (choice instanceof JsonObject object) {
        output.add(object);
      }
    }
    return List.copyOf(output.items);
  }

  private void add(JsonObject choice) {
    JsonObject message = choice.object("message").orElse(JsonObject.EMPTY);
    int first = items.size();
    String reasoning = reasoning(message);
    if (!reasoning.isEmpty()) {
      items.add(new OutputItem.Reasoning(ids.reasoning(items.size()), reasoning, Status.COMPLETED));
    }
    List<JsonValue> calls = message.items("tool_calls");
    boolean callsOneFunction = message.object("function_call").isPresent();
    FinishReason finish = FinishReason.ofChoice(choice);
    boolean alone = calls.isEmpty() && !callsOneFunction && finish != FinishReason.BROKEN;
    List<Part> parts = parts(choice, message, alone);
    if (!parts.isEmpty()) {
      items.add(new OutputItem.Message(ids.message(items.size()), Status.COMPLETED, parts));
    }
    for (JsonValue call : calls) {
      if (call instanceof JsonObject object) {
        addCall(object);
      }
    }
    if (calls.isEmpty()) {
      message.object("function_call").ifPresent(function -> addFunction("", function));
    }
    if (finish != FinishReason.WHOLE && items.size() > first) {
      items.set(items.size() - 1, items.getLast().asIncomplete());
    }
  }

  /// The parts of the message.
  ///
  /// @param alone whether an empty text is an answer, because it is all there is
  private static List<Part> parts(JsonObject choice, JsonObject message, boolean alone) {
    List<Part> parts = new ArrayList<>();
    String text = content(message.get("content"));
    String refusal = message.text("refusal").orElse("");
    if (!text.isEmpty() || (alone && refusal.isEmpty())) {
      parts.add(
          new Part.Text(
              text,
              ChatAnnotations.flat(message.items("annotations")),
              ChatLogprobs.of(
                  choice.object("logprobs").map(logs -> logs.items("content")).orElse(List.of()))));
    }
    if (!refusal.isEmpty()) {
      parts.add(new Part.Refusal(refusal));
    }
    return parts;
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
  private static String reasoning(JsonObject message) {
    return message
        .text("reasoning_content")
        .or(() -> message.text("reasoning"))
        .orElseGet(() ->
            message.items("reasoning_details").stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .flatMap(detail -> detail.text("text").or(() -> detail.text("summary")).stream())
                .collect(Collectors.joining()));
  }

  private void addCall(JsonObject call) {
    String callId = call.text("id").orElse("");
    if (call.object("custom").isPresent()) {
      JsonObject custom = call.object("custom").get();
      items.add(
          new OutputItem.CustomToolCall(
              ids.customToolCall(items.size()),
              callId(callId),
              custom.text("name").orElse(""),
              custom.text("input").orElse(""),
              Status.COMPLETED));
    } else {
      addFunction(callId, call.object("function").orElse(JsonObject.EMPTY));
    }
  }

  private void addFunction(String callId, JsonObject function) {
    items.add(
        new OutputItem.FunctionCall(
            ids.functionCall(items.size()),
            callId(callId),
            function.text("name").orElse(""),
            function.text("arguments").orElse(""),
            Status.COMPLETED));
  }

  /// The server's id, or a derived one when it gave none or gave the same one twice.
  private String callId(String given) {
    String callId = given.isEmpty() || callIds.contains(given) ? ids.call(items.size()) : given;
    callIds.add(callId);
    return callId;
  }
}
