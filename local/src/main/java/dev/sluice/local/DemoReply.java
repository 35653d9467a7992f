package dev.sluice.local;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;

/// What a demo model says, before it is written as one object or as a stream.
sealed interface DemoReply {

  /// In the order in which a stream gives them.
  List<String> tokens();

  String finishReason();

  /// The `message` of a whole answer.
  JsonObject message();

  /// The `delta` that opens a stream.
  JsonObject opening();

  /// The `delta` with one token.
  JsonObject delta(String token);

  /// A text, cut when it is longer than the request allows.
  record Text(List<String> tokens, String finishReason) implements DemoReply {

    static Text of(List<String> tokens, long limit) {
      return tokens.size() > limit
          ? new Text(List.copyOf(tokens.subList(0, (int) limit)), "length")
          : new Text(List.copyOf(tokens), "stop");
    }

    @Override
    public JsonObject message() {
      return assistant().put("content", String.join("", tokens)).build();
    }

    @Override
    public JsonObject opening() {
      return assistant().put("content", "").build();
    }

    @Override
    public JsonObject delta(String token) {
      return JsonObject.builder().put("content", token).build();
    }
  }

  /// A call of one tool.
  ///
  /// @param tokens the arguments' JSON in pieces
  record ToolCall(String id, String name, List<String> tokens) implements DemoReply {

    @Override
    public String finishReason() {
      return "tool_calls";
    }

    @Override
    public JsonObject message() {
      JsonObject call = call(String.join("", tokens)).build();
      return assistant()
          .put("content", JsonNull.NULL)
          .put("tool_calls", new JsonArray(List.of(call)))
          .build();
    }

    @Override
    public JsonObject opening() {
      JsonObject call = call("").put("index", 0).build();
      return assistant()
          .put("content", JsonNull.NULL)
          .put("tool_calls", new JsonArray(List.of(call)))
          .build();
    }

    private JsonObject.Builder call(String arguments) {
      return JsonObject.builder()
          .put("id", id)
          .put("type", "function")
          .put(
              "function",
              JsonObject.builder().put("name", name).put("arguments", arguments).build());
    }

    @Override
    public JsonObject delta(String token) {
      JsonValue call =
          JsonObject.builder()
              .put("index", 0)
              .put("function", JsonObject.builder().put("arguments", token).build())
              .build();
      return JsonObject.builder().put("tool_calls", new JsonArray(List.of(call))).build();
    }
  }

  private static JsonObject.Builder assistant() {
    return JsonObject.builder().put("role", "assistant").put("refusal", JsonNull.NULL);
  }
}
