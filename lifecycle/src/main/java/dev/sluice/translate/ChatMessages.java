package dev.sluice.translate;

import dev.sluice.upstream.ChatTraits;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The items of a conversation as messages of a chat request.
///
/// What the assistant said and the calls beside it are one message; the outputs of calls follow
/// that message directly, wherever they stood. Reasoning goes to the message after it on servers
/// that take it, and is dropped on others, as are phases and the records of tools that a Responses
/// server ran by itself: their results are part of the answer that followed.
final class ChatMessages {

  /// Calls that were finished by the server that made them.
  private static final Set<String> RECORDS =
      Set.of(
          "web_search_call",
          "file_search_call",
          "code_interpreter_call",
          "image_generation_call",
          "mcp_list_tools",
          "mcp_call");

  private sealed interface Entry {
    record Plain(JsonObject message) implements Entry {}

    record Turn(ChatTurn turn) implements Entry {}
  }

  private final ChatTraits traits;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, ChatTurn> callers = new HashMap<>();
  private final StringBuilder thoughts = new StringBuilder();

  private ChatMessages(ChatTraits traits) {
    this.traits = traits;
  }

  /// @throws UntranslatableException for an item that a chat request cannot express
  static List<JsonValue> of(ClientCall call, ChatTraits traits) {
    ChatMessages messages = new ChatMessages(traits);
    call.document()
        .object()
        .text("instructions")
        .ifPresent(text -> messages.addPlain("developer", JsonValue.of(text)));
    call.items().forEach(messages::add);
    return messages.entries.stream()
        .flatMap(entry ->
            switch (entry) {
              case Entry.Plain(JsonObject message) -> Stream.<JsonValue>of(message);
              case Entry.Turn(ChatTurn turn) -> turn.messages().stream();
            })
        .toList();
  }

  /// An item of an earlier turn has no path of its own in the request.
  private void add(PlacedItem placed) {
    try {
      add(placed.item(), placed.path());
    } catch (UntranslatableException e) {
      throw placed.isEarlier() ? new UntranslatableException(placed.path(), e.message()) : e;
    }
  }

  private void add(JsonObject item, String path) {
    String type = item.text("type").orElse("message");
    switch (type) {
      case "message" -> addMessage(item, path);
      case "function_call" -> addCall(item, item.text("arguments").orElse(""));
      case "custom_tool_call" -> addCall(item, customArguments(item.text("input").orElse("")));
      case "function_call_output", "custom_tool_call_output" -> addOutput(item, path);
      case "reasoning" -> addReasoning(item);
      default -> {
        if (!RECORDS.contains(type)) {
          throw new UntranslatableException(
              path + ".type", "An item of type '" + type + "' is not available with this model.");
        }
      }
    }
  }

  private void addMessage(JsonObject item, String path) {
    String role = item.text("role").orElse("user");
    JsonValue content = item.get("content");
    if (role.equals("assistant")) {
      ChatContent.Said said = ChatContent.ofAssistant(content, path + ".content");
      turn(last().filter(ChatTurn::takesMessage)).say(said);
    } else {
      addPlain(role, ChatContent.of(content, path + ".content"));
    }
  }

  private void addPlain(String role, JsonValue content) {
    // Reasoning that no answer followed belongs to nothing.
    thoughts.setLength(0);
    entries.add(
        new Entry.Plain(
            JsonObject.builder()
                .put("role", role.equals("developer") ? traits.developerRole() : role)
                .put("content", content)
                .build()));
  }

  private void addCall(JsonObject item, String arguments) {
    String id = item.text("call_id").orElse("");
    ChatTurn turn = turn(last().filter(ChatTurn::takesCall));
    turn.call(id, item.text("name").orElse(""), arguments);
    callers.put(id, turn);
  }

  private void addOutput(JsonObject item, String path) {
    String id = item.text("call_id").orElse("");
    JsonValue output = ChatContent.of(item.get("output"), path + ".output");
    @Nullable ChatTurn caller = callers.get(id);
    if (caller == null) {
      throw new UntranslatableException(
          path, "No tool call found for function call output with call_id " + id + ".");
    }
    caller.answer(id, output);
  }

  private void addReasoning(JsonObject item) {
    String raw = texts(item.items("content"));
    String thought = raw.isEmpty() ? texts(item.items("summary")) : raw;
    if (traits.reasoningInput() && !thought.isEmpty()) {
      thoughts.append(thoughts.isEmpty() ? "" : "\n").append(thought);
    }
  }

  private static String texts(List<JsonValue> parts) {
    return parts.stream()
        .flatMap(part ->
            part instanceof JsonObject object
                ? object.text("text").stream()
                : Stream.<String>empty())
        .collect(Collectors.joining("\n"));
  }

  private Optional<ChatTurn> last() {
    return !entries.isEmpty() && entries.getLast() instanceof Entry.Turn(ChatTurn turn)
        ? Optional.of(turn)
        : Optional.empty();
  }

  /// The open turn, or a new one; it gets the reasoning that came before.
  private ChatTurn turn(Optional<ChatTurn> open) {
    ChatTurn turn =
        open.orElseGet(() -> {
          ChatTurn fresh = new ChatTurn();
          entries.add(new Entry.Turn(fresh));
          return fresh;
        });
    if (!thoughts.isEmpty()) {
      turn.think(thoughts.toString());
      thoughts.setLength(0);
    }
    return turn;
  }

  /// The free text of a custom tool as the arguments of the function that stands for it.
  private static String customArguments(String input) {
    return new String(
        Json.write(JsonObject.builder().put("input", input).build()), StandardCharsets.UTF_8);
  }
}
