package dev.sluice.translate;

import dev.sluice.request.Endpoint;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a request sent, as input items of the Responses API with derived ids, in the order in which
/// they were sent.
public final class InputItems {

  private final ItemIds ids;
  private final List<JsonObject> items = new ArrayList<>();
  private final Set<String> customCalls = new HashSet<>();

  private InputItems(ResponseId response) {
    this.ids = ItemIds.ofInput(response);
  }

  /// @param request the stored body of the request
  public static List<JsonObject> of(Endpoint endpoint, ResponseId response, JsonObject request) {
    InputItems input = new InputItems(response);
    switch (endpoint) {
      case CHAT_COMPLETIONS -> objects(request.items("messages")).forEach(input::addMessage);
      case EMBEDDINGS -> texts(request.get("input")).forEach(input::addText);
      case RESPONSES, COMPACTIONS -> input.addInput(request.get("input"));
    }
    return List.copyOf(input.items);
  }

  private static List<JsonObject> objects(List<JsonValue> values) {
    return values.stream()
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast)
        .toList();
  }

  private void addMessage(JsonObject message) {
    String role = message.text("role").orElse("user");
    switch (role) {
      case "tool", "function" -> addToolOutput(message);
      case "assistant" -> addAssistant(message);
      default -> addParts(role, parts(message.get("content"), "input_text"));
    }
  }

  private void addAssistant(JsonObject message) {
    List<JsonValue> parts = new ArrayList<>(parts(message.get("content"), "output_text"));
    message
        .text("refusal")
        .filter(text -> !text.isEmpty())
        .map(text -> JsonObject.builder().put("type", "refusal").put("refusal", text).build())
        .ifPresent(parts::add);
    List<JsonObject> calls = objects(message.items("tool_calls"));
    Optional<JsonObject> older = message.object("function_call");
    if (!parts.isEmpty() || (calls.isEmpty() && older.isEmpty())) {
      addParts("assistant", parts);
    }
    calls.forEach(this::addCall);
    // The form before tools has no ids: the name stands for the call, as it does in its output.
    older.ifPresent(function -> addFunctionCall(function.text("name").orElse(""), function));
  }

  private void addCall(JsonObject call) {
    String callId = call.text("id").orElseGet(() -> ids.call(items.size()));
    Optional<JsonObject> custom = call.object("custom");
    if (custom.isEmpty()) {
      addFunctionCall(callId, call.object("function").orElse(JsonObject.EMPTY));
      return;
    }
    customCalls.add(callId);
    items.add(
        JsonObject.builder()
            .put("id", ids.customToolCall(items.size()))
            .put("type", "custom_tool_call")
            .put("status", "completed")
            .put("call_id", callId)
            .put("name", custom.get().text("name").orElse(""))
            .put("input", custom.get().text("input").orElse(""))
            .build());
  }

  private void addFunctionCall(String callId, JsonObject function) {
    items.add(
        JsonObject.builder()
            .put("id", ids.functionCall(items.size()))
            .put("type", "function_call")
            .put("status", "completed")
            .put("call_id", callId)
            .put("name", function.text("name").orElse(""))
            .put("arguments", function.text("arguments").orElse(""))
            .build());
  }

  private void addToolOutput(JsonObject message) {
    int index = items.size();
    JsonValue content = message.get("content");
    String callId =
        message
            .text("tool_call_id")
            .or(() -> message.text("name"))
            .orElseGet(() -> ids.call(index));
    String type = customCalls.contains(callId) ? "custom_tool_call_output" : "function_call_output";
    items.add(
        JsonObject.builder()
            .put("id", ids.functionCallOutput(index))
            .put("type", type)
            .put("status", "completed")
            .put("call_id", callId)
            .put(
                "output",
                content instanceof JsonArray
                    ? new JsonArray(parts(content, "input_text"))
                    : JsonValue.of(text(content)))
            .build());
  }

  private void addText(String text) {
    addParts("user", parts(JsonValue.of(text), "input_text"));
  }

  private void addParts(String role, List<JsonValue> parts) {
    items.add(
        JsonObject.builder()
            .put("id", ids.message(items.size()))
            .put("type", "message")
            .put("status", "completed")
            .put("role", role)
            .put("content", new JsonArray(parts))
            .build());
  }

  /// Items of a Responses request: what they lack is added, what they have stays.
  private void addInput(@Nullable JsonValue input) {
    if (input instanceof JsonArray(List<JsonValue> given)) {
      objects(given).forEach(this::addItem);
    } else if (input != null) {
      addText(text(input));
    }
  }

  private void addItem(JsonObject item) {
    String type =
        ConversationItems.isReference(item)
            ? "item_reference"
            : item.text("type").orElse("message");
    JsonObject.Builder json = item.toBuilder().put("type", type);
    if (item.text("id").isEmpty()) {
      json.put("id", ids.of(json.build(), items.size()));
    }
    if (type.equals("message")) {
      if (item.isAbsent("status")) {
        json.put("status", "completed");
      }
      if (item.get("content") instanceof JsonString text) {
        boolean answered = item.text("role").filter("assistant"::equals).isPresent();
        json.put("content", new JsonArray(parts(text, answered ? "output_text" : "input_text")));
      }
    }
    items.add(json.build());
  }

  private static List<JsonValue> parts(@Nullable JsonValue content, String textType) {
    if (content instanceof JsonArray(List<JsonValue> parts)) {
      return parts.stream().map(part -> part(part, textType)).toList();
    }
    String text = text(content);
    return text.isEmpty() && textType.equals("output_text")
        ? List.of()
        : List.of(textPart(text, textType));
  }

  private static JsonValue part(JsonValue part, String textType) {
    if (!(part instanceof JsonObject object)) {
      return textPart(text(part), textType);
    }
    return switch (object.text("type").orElse("text")) {
      case "text" -> textPart(object.text("text").orElse(""), textType);
      case "image_url" -> image(object.object("image_url").orElse(JsonObject.EMPTY));
      case "file" -> file(object.object("file").orElse(JsonObject.EMPTY));
      default -> object;
    };
  }

  private static JsonObject textPart(String text, String type) {
    JsonObject.Builder json = JsonObject.builder().put("type", type).put("text", text);
    return type.equals("output_text")
        ? json.put("annotations", JsonArray.EMPTY).put("logprobs", JsonArray.EMPTY).build()
        : json.build();
  }

  private static JsonObject image(JsonObject image) {
    return JsonObject.builder()
        .put("type", "input_image")
        .put("image_url", image.text("url").orElse(""))
        .put("detail", image.text("detail").orElse("auto"))
        .build();
  }

  private static JsonObject file(JsonObject file) {
    JsonObject.Builder json = JsonObject.builder().put("type", "input_file");
    file.members().forEach(json::put);
    return json.build();
  }

  /// The inputs of an embedding request; a list of tokens is shown as its JSON.
  private static List<String> texts(@Nullable JsonValue input) {
    if (input instanceof JsonArray(List<JsonValue> parts)
        && !parts.stream().allMatch(JsonNumber.class::isInstance)) {
      return parts.stream().map(InputItems::text).toList();
    }
    return Optional.ofNullable(input).map(InputItems::text).stream().toList();
  }

  private static String text(@Nullable JsonValue value) {
    return switch (value) {
      case JsonString(String text) -> text;
      case JsonValue.JsonNull _ -> "";
      case null -> "";
      default -> new String(Json.write(value), StandardCharsets.UTF_8);
    };
  }
}
