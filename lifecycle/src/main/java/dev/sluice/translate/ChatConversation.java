package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The messages of a chat request as input items for a model server that speaks Responses. Unlike
/// [InputItems], which shows what was sent, this refuses what cannot be sent.
final class ChatConversation {

  private final List<JsonObject> items = new ArrayList<>();
  private final Set<String> customCalls = new HashSet<>();

  /// The last call of each function in the form before tools, which had no ids.
  private final Map<String, String> namedCalls = new HashMap<>();

  private ChatConversation() {}

  /// @throws UntranslatableException for content that has no counterpart
  static List<JsonObject> items(JsonObject chat) {
    ChatConversation conversation = new ChatConversation();
    List<JsonValue> messages = chat.items("messages");
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i) instanceof JsonObject message) {
        conversation.add(message, "messages[" + i + "]");
      }
    }
    return List.copyOf(conversation.items);
  }

  private void add(JsonObject message, String path) {
    String role = message.text("role").orElse("user");
    switch (role) {
      case "assistant" -> addAssistant(message, path);
      case "tool" -> addOutput(message.text("tool_call_id").orElse(""), message, path);
      case "function" -> {
        String name = message.text("name").orElse("");
        addOutput(namedCalls.getOrDefault(name, name), message, path);
      }
      default -> addMessage(role, content(message.get("content"), path + ".content"));
    }
  }

  private void addMessage(String role, JsonValue content) {
    items.add(
        JsonObject.builder()
            .put("type", "message")
            .put("role", role)
            .put("content", content)
            .build());
  }

  private void addAssistant(JsonObject message, String path) {
    if (!message.isAbsent("audio")) {
      throw ChatAsResponses.refused(path + ".audio", "Earlier spoken output");
    }
    List<JsonValue> parts = said(message, path);
    List<JsonValue> calls = message.items("tool_calls");
    boolean callsOneFunction = message.object("function_call").isPresent();
    if (!parts.isEmpty() || (calls.isEmpty() && !callsOneFunction)) {
      addMessage("assistant", new JsonArray(parts));
    }
    for (JsonValue call : calls) {
      if (call instanceof JsonObject object) {
        addCall(object);
      }
    }
    message.object("function_call").ifPresent(this::addLegacyCall);
  }

  private static List<JsonValue> said(JsonObject message, String path) {
    List<JsonValue> parts = new ArrayList<>();
    JsonValue content = message.get("content");
    if (content instanceof JsonString(String text)) {
      if (!text.isEmpty()) {
        parts.add(outputText(text));
      }
    } else if (content instanceof JsonArray(List<JsonValue> given)) {
      for (int i = 0; i < given.size(); i++) {
        JsonObject part = given.get(i) instanceof JsonObject object ? object : JsonObject.EMPTY;
        String type = part.text("type").orElse("");
        switch (type) {
          case "text" -> parts.add(outputText(part.text("text").orElse("")));
          case "refusal" -> parts.add(refusal(part.text("refusal").orElse("")));
          default -> throw contentRefused(path + ".content[" + i + "]", type);
        }
      }
    }
    message
        .text("refusal")
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> parts.add(refusal(text)));
    return parts;
  }

  private void addCall(JsonObject call) {
    String id = call.text("id").orElse("");
    if (call.text("type").filter("custom"::equals).isPresent()) {
      JsonObject custom = call.object("custom").orElse(JsonObject.EMPTY);
      customCalls.add(id);
      items.add(
          JsonObject.builder()
              .put("type", "custom_tool_call")
              .put("call_id", id)
              .put("name", custom.text("name").orElse(""))
              .put("input", custom.text("input").orElse(""))
              .build());
    } else {
      addFunctionCall(id, call.object("function").orElse(JsonObject.EMPTY));
    }
  }

  private void addLegacyCall(JsonObject function) {
    String id = "call_" + items.size();
    namedCalls.put(function.text("name").orElse(""), id);
    addFunctionCall(id, function);
  }

  private void addFunctionCall(String id, JsonObject function) {
    items.add(
        JsonObject.builder()
            .put("type", "function_call")
            .put("call_id", id)
            .put("name", function.text("name").orElse(""))
            .put("arguments", function.text("arguments").orElse(""))
            .build());
  }

  private void addOutput(String id, JsonObject message, String path) {
    items.add(
        JsonObject.builder()
            .put(
                "type",
                customCalls.contains(id) ? "custom_tool_call_output" : "function_call_output")
            .put("call_id", id)
            .put("output", content(message.get("content"), path + ".content"))
            .build());
  }

  private static JsonValue content(@Nullable JsonValue content, String path) {
    if (!(content instanceof JsonArray(List<JsonValue> given))) {
      return JsonValue.of(content == null ? "" : content.asText().orElse(""));
    }
    List<JsonValue> parts = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      JsonObject part = given.get(i) instanceof JsonObject object ? object : JsonObject.EMPTY;
      parts.add(part(part, path + "[" + i + "]"));
    }
    return new JsonArray(parts);
  }

  private static JsonObject part(JsonObject part, String path) {
    String type = part.text("type").orElse("");
    return switch (type) {
      case "text" ->
          JsonObject.builder()
              .put("type", "input_text")
              .put("text", part.text("text").orElse(""))
              .build();
      case "image_url" -> image(part.object("image_url").orElse(JsonObject.EMPTY));
      case "file" -> {
        JsonObject.Builder file = JsonObject.builder().put("type", "input_file");
        part.object("file").ifPresent(given -> given.members().forEach(file::put));
        yield file.build();
      }
      default -> throw contentRefused(path, type);
    };
  }

  private static JsonObject image(JsonObject image) {
    return JsonObject.builder()
        .put("type", "input_image")
        .put("image_url", image.text("url").orElse(""))
        .put("detail", image.text("detail").orElse("auto"))
        .build();
  }

  private static JsonObject outputText(String text) {
    return JsonObject.builder()
        .put("type", "output_text")
        .put("text", text)
        .put("annotations", JsonArray.EMPTY)
        .build();
  }

  private static JsonObject refusal(String text) {
    return JsonObject.builder().put("type", "refusal").put("refusal", text).build();
  }

  private static UntranslatableException contentRefused(String path, String type) {
    return ChatAsResponses.refused(path + ".type", "Content of type '" + type + "'");
  }
}
