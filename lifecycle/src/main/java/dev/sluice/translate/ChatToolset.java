package dev.sluice.translate;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonBoolean;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The tools of a Responses request as the tools of a chat request. A custom tool becomes a
/// function with one string argument, `input`. Of allowed tools, only those are sent.
final class ChatToolset {

  private final Map<String, JsonObject> functions;

  private ChatToolset(Map<String, JsonObject> functions) {
    this.functions = functions;
  }

  /// Puts `tools`, `tool_choice` and `parallel_tool_calls`, each only where it means something:
  /// servers refuse a choice among no tools.
  ///
  /// @throws UntranslatableException for a tool that only a Responses server has, and for a choice
  ///   that names none of the tools
  static void put(JsonObject request, JsonObject.Builder chat) {
    Map<String, JsonObject> functions = new LinkedHashMap<>();
    List<JsonValue> tools = request.items("tools");
    for (int i = 0; i < tools.size(); i++) {
      JsonObject tool = tools.get(i) instanceof JsonObject object ? object : JsonObject.EMPTY;
      functions.put(tool.text("name").orElse(""), function(tool, "tools[" + i + "]"));
    }
    ChatToolset toolset = new ChatToolset(functions);
    JsonValue choice = request.get("tool_choice");
    boolean chosen = !request.isAbsent("tool_choice");
    ChatToolset sent = chosen ? toolset.allowed(choice) : toolset;
    JsonValue sentChoice = chosen ? sent.choice(choice) : null;
    if (sent.functions.isEmpty()) {
      return;
    }
    chat.put("tools", new JsonArray(List.copyOf(sent.functions.values())));
    if (sentChoice != null) {
      chat.put("tool_choice", sentChoice);
    }
    if (request.get("parallel_tool_calls") instanceof JsonBoolean parallel) {
      chat.put("parallel_tool_calls", parallel);
    }
  }

  private static JsonObject function(JsonObject tool, String path) {
    String type = tool.text("type").orElse("function");
    JsonObject function =
        switch (type) {
          case "function" -> plain(tool);
          case "custom" -> custom(tool);
          default ->
              throw new UntranslatableException(
                  path + ".type",
                  "The tool type '"
                      + type
                      + "' is not available with this model; use function or custom tools.");
        };
    return JsonObject.builder().put("type", "function").put("function", function).build();
  }

  /// `strict` only when the client said it: many servers refuse the word.
  private static JsonObject plain(JsonObject tool) {
    JsonObject.Builder function = JsonObject.builder().put("name", tool.text("name").orElse(""));
    for (String name : List.of("description", "parameters", "strict")) {
      JsonValue value = tool.get(name);
      if (value != null && !tool.isAbsent(name)) {
        function.put(name, value);
      }
    }
    return function.build();
  }

  private static JsonObject custom(JsonObject tool) {
    JsonObject input =
        JsonObject.builder()
            .put("type", "string")
            .put("description", "The whole input of the tool, as free text.")
            .build();
    JsonObject parameters =
        JsonObject.builder()
            .put("type", "object")
            .put("properties", JsonObject.builder().put("input", input).build())
            .put("required", new JsonArray(List.of(JsonValue.of("input"))))
            .put("additionalProperties", false)
            .build();
    JsonObject.Builder function = JsonObject.builder().put("name", tool.text("name").orElse(""));
    String description = description(tool);
    if (!description.isEmpty()) {
      function.put("description", description);
    }
    return function.put("parameters", parameters).build();
  }

  /// A grammar cannot be enforced here; the model is told of it.
  private static String description(JsonObject tool) {
    List<String> texts = new ArrayList<>(tool.text("description").stream().toList());
    tool.object("format")
        .filter(format -> format.text("type").filter("grammar"::equals).isPresent())
        .ifPresent(grammar ->
            texts.add(
                "The input must match this "
                    + grammar.text("syntax").orElse("")
                    + " grammar:\n"
                    + grammar
                        .text("definition")
                        .orElseGet(() -> new String(Json.write(grammar), StandardCharsets.UTF_8))));
    return String.join("\n\n", texts);
  }

  private ChatToolset allowed(@Nullable JsonValue choice) {
    if (!(choice instanceof JsonObject object) || !type(object).equals("allowed_tools")) {
      return this;
    }
    Set<String> names =
        object.items("tools").stream()
            .flatMap(tool ->
                tool instanceof JsonObject named
                    ? named.text("name").stream()
                    : Stream.<String>empty())
            .collect(Collectors.toSet());
    Map<String, JsonObject> kept = new LinkedHashMap<>(functions);
    kept.keySet().retainAll(names);
    return new ChatToolset(kept);
  }

  /// The choice in chat words; null when nothing needs to be said.
  private @Nullable JsonValue choice(@Nullable JsonValue choice) {
    if (choice instanceof JsonString(String word)) {
      return word(word);
    }
    JsonObject object = choice instanceof JsonObject given ? given : JsonObject.EMPTY;
    return switch (type(object)) {
      case "function", "custom" -> named(object.text("name").orElse(""));
      case "allowed_tools" -> word(object.text("mode").orElse("auto"));
      default ->
          throw new UntranslatableException(
              "tool_choice.type",
              "The tool choice '" + type(object) + "' is not available with this model.");
    };
  }

  private JsonValue word(String word) {
    if (word.equals("required") && functions.isEmpty()) {
      throw new UntranslatableException(
          "tool_choice", "A tool call is required, but there is no tool that may be called.");
    }
    return JsonValue.of(word);
  }

  private JsonObject named(String name) {
    if (!functions.containsKey(name)) {
      throw new UntranslatableException(
          "tool_choice.name", "The tool '" + name + "' is not one of the request's tools.");
    }
    return JsonObject.builder()
        .put("type", "function")
        .put("function", JsonObject.builder().put("name", name).build())
        .build();
  }

  private static String type(JsonObject object) {
    return object.text("type").orElse("");
  }
}
