package dev.sluice.local;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a request of either form asks a demo model: its messages as text.
///
/// @param messages in their order
record DemoPrompt(List<Message> messages) {

  /// A token is a word with the space before it; the space at the end belongs to the last word.
  private static final Pattern TOKEN = Pattern.compile("\\s*\\S+(?:\\s+$)?");

  private static final Pattern NAME =
      Pattern.compile("\\bmy name is (\\p{L}+)", Pattern.CASE_INSENSITIVE);

  private static final String TOOL = "tool";

  /// One message; parts that are neither text nor an image count as nothing.
  record Message(String role, String text, long images) {}

  DemoPrompt {
    messages = List.copyOf(messages);
  }

  /// The prompt of a chat request.
  static DemoPrompt ofChat(JsonObject body) {
    List<Message> messages = new ArrayList<>();
    for (JsonValue item : body.items("messages")) {
      if (item instanceof JsonObject message) {
        messages.add(message(message));
      }
    }
    return new DemoPrompt(messages);
  }

  /// The prompt of a Responses request.
  static DemoPrompt ofResponses(JsonObject body) {
    List<Message> messages = new ArrayList<>();
    body.text("instructions").ifPresent(text -> messages.add(new Message("system", text, 0)));
    body.text("input").ifPresent(text -> messages.add(new Message("user", text, 0)));
    for (JsonValue item : body.items("input")) {
      if (item instanceof JsonObject object) {
        switch (object.text("type").orElse("message")) {
          case "message" -> messages.add(message(object));
          case "function_call_output", "custom_tool_call_output" ->
              messages.add(new Message(TOOL, text(object.get("output")), 0));
          case "compaction" ->
              messages.add(
                  new Message("system", unsealed(object.text("encrypted_content").orElse("")), 0));
          default -> {
            // Calls and thoughts of earlier turns change nothing in what a demo model says.
          }
        }
      }
    }
    return new DemoPrompt(messages);
  }

  private static Message message(JsonObject message) {
    JsonValue content = message.get("content");
    long images =
        content instanceof JsonArray(List<JsonValue> parts)
            ? parts.stream().filter(DemoPrompt::isImage).count()
            : 0;
    return new Message(message.text("role").orElse(""), text(content), images);
  }

  private static boolean isImage(JsonValue part) {
    return part instanceof JsonObject object
        && List.of("image_url", "input_image").contains(object.text("type").orElse(""));
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

  /// All that was said, so that it can be handed back instead of the messages.
  String sealed() {
    String all =
        messages.stream()
            .map(message -> message.role() + ": " + message.text())
            .collect(Collectors.joining("\n"));
    return Base64.getEncoder().encodeToString(all.getBytes(StandardCharsets.UTF_8));
  }

  private static String unsealed(String sealed) {
    try {
      return new String(Base64.getDecoder().decode(sealed), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return sealed; // Somebody else's seal: a text like any other.
    }
  }

  /// The last message of this role, or an empty one.
  Message last(String role) {
    return messages.stream()
        .filter(message -> message.role().equals(role))
        .reduce((_, later) -> later)
        .orElseGet(() -> new Message(role, "", 0));
  }

  /// The name that somebody gave in `my name is …`.
  Optional<String> name() {
    return messages.stream()
        .flatMap(message -> NAME.matcher(message.text()).results())
        .map(result -> result.group(1))
        .reduce((_, later) -> later);
  }

  /// The result of a tool, when it is the last thing that was said.
  Optional<String> toolResult() {
    return messages.isEmpty() || !messages.getLast().role().equals(TOOL)
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
