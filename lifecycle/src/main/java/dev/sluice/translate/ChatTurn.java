package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.List;

/// One turn of the assistant in a chat request: a single message with what it said and which tools
/// it called, and right after it the outputs of those calls. Filled item by item.
final class ChatTurn {

  private final StringBuilder text = new StringBuilder();
  private final StringBuilder refusal = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final List<JsonValue> calls = new ArrayList<>();
  private final List<JsonObject> outputs = new ArrayList<>();

  /// True when another message or call of the assistant may still belong to this turn.
  boolean takesMessage() {
    return outputs.isEmpty() && ((text.isEmpty() && refusal.isEmpty()) || !calls.isEmpty());
  }

  boolean takesCall() {
    return outputs.isEmpty();
  }

  void think(String thought) {
    reasoning.append(reasoning.isEmpty() || thought.isEmpty() ? "" : "\n").append(thought);
  }

  void say(ChatContent.Said said) {
    append(text, said.text());
    append(refusal, said.refusal());
  }

  /// What was said before and after a call are two texts, not pieces of one.
  private static void append(StringBuilder said, String more) {
    said.append(said.isEmpty() || more.isEmpty() ? "" : "\n\n").append(more);
  }

  void call(String id, String name, String arguments) {
    JsonObject function =
        JsonObject.builder().put("name", name).put("arguments", arguments).build();
    calls.add(
        JsonObject.builder()
            .put("id", id)
            .put("type", "function")
            .put("function", function)
            .build());
  }

  void answer(String id, JsonValue output) {
    outputs.add(
        JsonObject.builder()
            .put("role", "tool")
            .put("tool_call_id", id)
            .put("content", output)
            .build());
  }

  /// The message and, after it, the outputs.
  List<JsonObject> messages() {
    JsonObject.Builder message = JsonObject.builder().put("role", "assistant");
    boolean silent = text.isEmpty() && (!calls.isEmpty() || !refusal.isEmpty());
    message.put("content", silent ? JsonNull.NULL : JsonValue.of(text.toString()));
    if (!refusal.isEmpty()) {
      message.put("refusal", refusal.toString());
    }
    if (!reasoning.isEmpty()) {
      message.put("reasoning_content", reasoning.toString());
    }
    if (!calls.isEmpty()) {
      message.put("tool_calls", new JsonArray(calls));
    }
    List<JsonObject> messages = new ArrayList<>(List.of(message.build()));
    messages.addAll(outputs);
    return messages;
  }
}
