package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonBoolean;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The tools of a chat request in the flat form of the Responses API.
final class ChatTools {

  private ChatTools() {}

  /// `tools` and the older `functions`.
  static JsonArray tools(JsonObject chat) {
    Stream<JsonValue> tools = chat.items("tools").stream().map(ChatTools::flat);
    Stream<JsonValue> functions =
        chat.items("functions").stream()
            .map(function -> function instanceof JsonObject object ? function(object) : function);
    return new JsonArray(Stream.concat(tools, functions).toList());
  }

  private static JsonValue flat(JsonValue tool) {
    if (!(tool instanceof JsonObject object)) {
      return tool;
    }
    return switch (object.text("type").orElse("function")) {
      case "function" -> object.object("function").map(ChatTools::function).orElse(object);
      case "custom" -> object.object("custom").map(ChatTools::custom).orElse(object);
      default -> object;
    };
  }

  /// Open Responses wants all five keys; what a chat request leaves out is not strict.
  private static JsonObject function(JsonObject function) {
    return JsonObject.builder()
        .put("type", "function")
        .put("name", function.text("name").orElse(""))
        .put("description", orNull(function, "description"))
        .put("parameters", orNull(function, "parameters"))
        .put("strict", JsonValue.of(function.isTrue("strict")))
        .build();
  }

  /// Chat nests the grammar of a format once more.
  private static JsonObject custom(JsonObject custom) {
    JsonObject flat = typed("custom", custom);
    return custom
        .object("format")
        .flatMap(format -> format.object("grammar"))
        .map(grammar -> flat.toBuilder().put("format", typed("grammar", grammar)).build())
        .orElse(flat);
  }

  private static JsonObject typed(String type, JsonObject inner) {
    JsonObject.Builder json = JsonObject.builder().put("type", type);
    inner.members().forEach(json::put);
    return json.build();
  }

  private static JsonValue orNull(JsonObject object, String name) {
    JsonValue value = object.get(name);
    return value == null ? JsonNull.NULL : value;
  }

  /// `tool_choice`, or the older `function_call`; empty when neither is given.
  static Optional<JsonValue> choice(JsonObject chat) {
    JsonValue choice = chat.get("tool_choice");
    if (choice instanceof JsonString) {
      return Optional.of(choice);
    }
    if (choice instanceof JsonObject object) {
      return Optional.of(choice(object.text("type").orElse(""), object));
    }
    JsonValue older = chat.get("function_call");
    return older instanceof JsonObject function
        ? Optional.of(typed("function", function))
        : older instanceof JsonString ? Optional.of(older) : Optional.empty();
  }

  private static JsonObject choice(String type, JsonObject choice) {
    return choice
        .object(type)
        .map(inner -> type.equals("allowed_tools") ? allowed(inner) : typed(type, inner))
        .orElse(choice);
  }

  private static JsonObject allowed(JsonObject inner) {
    List<JsonValue> tools =
        inner.items("tools").stream()
            .map(tool ->
                tool instanceof JsonObject object
                    ? choice(object.text("type").orElse(""), object)
                    : tool)
            .toList();
    return JsonObject.builder()
        .put("type", "allowed_tools")
        .put("mode", inner.text("mode").orElse("auto"))
        .put("tools", new JsonArray(tools))
        .build();
  }

  /// `parallel_tool_calls` when it is given.
  static Optional<JsonValue> parallel(JsonObject chat) {
    return chat.get("parallel_tool_calls") instanceof JsonBoolean given
        ? Optional.of(given)
        : Optional.empty();
  }
}
