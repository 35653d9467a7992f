package dev.sluice.translate;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// One answer of a chat model, whole and in chunks, the same for the same seed.
final class RandomAnswer {

  /// Function, custom tool, and a tool that the client does not allow.
  static final String REQUEST =
      """
      {"model":"alias","input":"Hi","stream":true,"temperature":0.5,
       "tools":[{"type":"function","name":"f"},{"type":"function","name":"hidden"},
                {"type":"custom","name":"patch"}],
       "tool_choice":{"type":"allowed_tools","mode":"auto",
         "tools":[{"type":"function","name":"f"},{"type":"custom","name":"patch"}]}}\
      """;

  private static final List<String> WORDS =
      List.of("a", " the", "é", "😀", "\n", "\n\n", "\"", "data: ", "\\", "{}", "\u2028", "");
  private static final List<String> FINISHES =
      List.of("stop", "tool_calls", "length", "content_filter");

  private record Call(String id, String name, List<String> arguments) {}

  private final Random random;
  private final List<String> reasoning;
  private final List<String> content;
  private final List<String> refusal;
  private final List<Call> calls = new ArrayList<>();
  private final boolean hasLogprobs;
  private final String finish;

  RandomAnswer(long seed) {
    this.random = new Random(seed);
    this.reasoning = pieces(2);
    this.content = pieces(1);
    this.refusal = pieces(4);
    this.hasLogprobs = random.nextBoolean();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      String name = List.of("f", "patch", "hidden").get(random.nextInt(3));
      String id = List.of("call_" + i, "call_0", "").get(random.nextInt(3));
      calls.add(new Call(id, name, arguments(name)));
    }
    this.finish = FINISHES.get(random.nextInt(FINISHES.size()));
  }

  private List<String> pieces(int oneIn) {
    List<String> pieces = new ArrayList<>();
    int count = random.nextInt(oneIn) == 0 ? random.nextInt(6) : 0;
    for (int i = 0; i < count; i++) {
      pieces.add(WORDS.get(random.nextInt(WORDS.size())));
    }
    return pieces;
  }

  private List<String> arguments(String name) {
    String input = String.join("", pieces(1));
    String whole =
        name.equals("patch") && random.nextInt(4) == 0
            ? input
            : new String(
                Json.write(JsonObject.builder().put("input", input).build()),
                StandardCharsets.UTF_8);
    List<String> cut = new ArrayList<>();
    int[] points = whole.codePoints().toArray();
    for (int start = 0; start < points.length; ) {
      int length = Math.min(1 + random.nextInt(8), points.length - start);
      cut.add(new String(points, start, length));
      start += length;
    }
    return cut;
  }

  /// The completion that was not streamed.
  byte[] whole() {
    List<JsonValue> items = new ArrayList<>();
    for (Call call : calls) {
      items.add(call(call.id(), call.name(), String.join("", call.arguments())).build());
    }
    JsonObject message =
        JsonObject.builder()
            .put("role", "assistant")
            .put("reasoning_content", String.join("", reasoning))
            .put("content", String.join("", content))
            .put("refusal", String.join("", refusal))
            .put("tool_calls", new JsonArray(items))
            .build();
    JsonObject choice =
        JsonObject.builder()
            .put("index", 0)
            .put("message", message)
            .put("logprobs", hasLogprobs ? logprobs(content) : JsonNull.NULL)
            .put("finish_reason", finish)
            .build();
    return Json.write(
        JsonObject.builder()
            .put("choices", new JsonArray(List.of(choice)))
            .put("usage", usage())
            .build());
  }

  private static JsonObject.Builder call(String id, String name, String arguments) {
    return JsonObject.builder()
        .put("id", id)
        .put("type", "function")
        .put(
            "function", JsonObject.builder().put("name", name).put("arguments", arguments).build());
  }

  private static JsonObject logprobs(List<String> tokens) {
    List<JsonValue> entries = new ArrayList<>();
    for (String token : tokens) {
      if (!token.isEmpty()) {
        entries.add(
            JsonObject.builder()
                .put("token", token)
                .put("logprob", new JsonNumber("-0.5"))
                .build());
      }
    }
    return JsonObject.builder().put("content", new JsonArray(entries)).build();
  }

  private static JsonObject usage() {
    return JsonObject.builder().put("prompt_tokens", 5).put("completion_tokens", 6).build();
  }

  /// The same in events. The pieces of calls alternate, but calls begin in their order.
  ///
  /// @param beforeFinish are all events before the one with the finish reason
  record Events(List<String> beforeFinish, List<String> fromFinish) {

    String all() {
      return String.join("", beforeFinish) + String.join("", fromFinish);
    }
  }

  Events events() {
    List<String> events = new ArrayList<>();
    events.add(chunk(text("role", "assistant"), JsonNull.NULL));
    reasoning.forEach(piece -> events.add(chunk(text("reasoning_content", piece), JsonNull.NULL)));
    for (String piece : content) {
      events.add(
          chunk(text("content", piece), hasLogprobs ? logprobs(List.of(piece)) : JsonNull.NULL));
    }
    refusal.forEach(piece -> events.add(chunk(text("refusal", piece), JsonNull.NULL)));
    addCalls(events);
    JsonObject last =
        JsonObject.builder()
            .put("index", 0)
            .put("delta", JsonObject.EMPTY)
            .put("finish_reason", finish)
            .build();
    JsonObject counted =
        JsonObject.builder().put("choices", JsonArray.EMPTY).put("usage", usage()).build();
    List<String> end = new ArrayList<>(List.of(event(choices(last)), event(counted)));
    if (random.nextBoolean()) {
      end.add("data: [DONE]\n\n");
    }
    return new Events(events, end);
  }

  private void addCalls(List<String> events) {
    int begun = 0;
    int[] sent = new int[calls.size()];
    List<Integer> open = new ArrayList<>();
    while (begun < calls.size() || !open.isEmpty()) {
      if (begun < calls.size() && (open.isEmpty() || random.nextInt(3) == 0)) {
        Call call = calls.get(begun);
        events.add(callChunk(begun, call(call.id(), call.name(), "")));
        open.add(begun);
        begun++;
        continue;
      }
      int index = open.get(random.nextInt(open.size()));
      List<String> arguments = calls.get(index).arguments();
      if (sent[index] == arguments.size()) {
        var _ = open.removeIf(other -> other == index);
      } else {
        JsonObject function =
            JsonObject.builder().put("arguments", arguments.get(sent[index])).build();
        events.add(callChunk(index, JsonObject.builder().put("function", function)));
        sent[index]++;
      }
    }
  }

  private static String callChunk(int index, JsonObject.Builder call) {
    JsonArray calls = new JsonArray(List.of(call.put("index", index).build()));
    return chunk(JsonObject.builder().put("tool_calls", calls).build(), JsonNull.NULL);
  }

  private static JsonObject text(String name, String piece) {
    return JsonObject.builder().put(name, piece).build();
  }

  private static String chunk(JsonObject delta, JsonValue logprobs) {
    return event(
        choices(
            JsonObject.builder()
                .put("index", 0)
                .put("delta", delta)
                .put("logprobs", logprobs)
                .put("finish_reason", JsonNull.NULL)
                .build()));
  }

  private static JsonObject choices(JsonObject choice) {
    return JsonObject.builder()
        .put("id", "chatcmpl-1")
        .put("choices", new JsonArray(List.of(choice)))
        .build();
  }

  private static String event(JsonObject data) {
    return "data: " + new String(Json.write(data), StandardCharsets.UTF_8) + "\n\n";
  }
}
