package dev.sluice.local;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a chat request asks a demo model: its messages as text.
///
/// @param messages in their order
record DemoPrompt(List<Message> messages) {

  /// A token is a word with the space before it; the space at the end belongs to the last word.
  private static final Pattern TOKEN = Pattern.compile("\\s*\\S+(?:\\s+$)?");

  /// One message; parts that are not text count as nothing.
  record Message(String role, String text) {}

  DemoPrompt {
    messages = List.copyOf(messages);
  }

  static DemoPrompt of(JsonObject body) {
    List<Message> messages = new ArrayList<>();
    for (JsonValue item : body.items("messages")) {
      if (item instanceof JsonObject message) {
        messages.add(new Message(message.text("role").orElse(""), text(message.get("content"))));
      }
    }
    return new DemoPrompt(messages);
  }

  private static String text(@Nullable JsonValue content) {
    if (content instanceof JsonString(String text)) {
      return text;
    }
    return content instanceof JsonArray(List<JsonValue> parts)
        ? parts.stream()
            .map(part -> part instanceof JsonObject object ? object.text("text").orElse("") : "")
            .collect(Collectors.joining())
        : "";
  }

  /// The last message of this role, or an empty text.
  String last(String role) {
    return messages.stream()
        .filter(message -> message.role().equals(role))
        .reduce((_, later) -> later)
        .map(Message::text)
        .orElse("");
  }

  /// The result of a tool, when it is the last thing that was said.
  Optional<String> toolResult() {
    return messages.isEmpty() || !messages.getLast().role().equals("tool")
        ? Optional.empty()
        : Optional.of(messages.getLast().text());
  }

  int tokenCount() {
    return messages.stream().mapToInt(message -> tokens(message.text()).size()).sum();
  }

  /// The tokens of a text, which joined are the text (a text of spaces only has none).
  static List<String> tokens(String text) {
    return TOKEN.matcher(text).results().map(MatchResult::group).toList();
  }
}
