package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Endpoint;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is put into the words of the other API and back means the same.
final class MeaningTest {

  private static final Logger LOG = LoggerFactory.getLogger(MeaningTest.class);
  private static final int CASES = 300;

  @Test
  void aChatRequestMeansTheSameAfterResponsesAndBack() {
    Random random = seeded();

    for (int i = 0; i < CASES; i++) {
      JsonObject chat = chatRequest(random);

      byte[] responses =
          ResponsesRequestBody.of(
              TestingCalls.call(Endpoint.CHAT_COMPLETIONS, chat), TestingCalls.responses());
      byte[] back =
          ChatRequestBody.of(
              TestingCalls.call(Endpoint.RESPONSES, Json.objectOrEmpty(responses)),
              TestingCalls.chat());

      assertThat(Json.objectOrEmpty(back)).isEqualTo(chat);
    }
  }

  @Test
  void aCompletionMeansTheSameAfterAResponseAndBack() {
    Random random = seeded();
    ClientCall chatCall = TestingCalls.call(Endpoint.CHAT_COMPLETIONS, json("{'messages':[]}"));
    Translation toResponse =
        new ResponsesOverChat(
            TestingCalls.call(Endpoint.RESPONSES, json("{'input':'x'}")), new byte[0]);
    Translation toCompletion = new ChatOverResponses(chatCall, TestingCalls.responses());

    for (int i = 0; i < CASES; i++) {
      JsonObject completion = completion(random);

      JsonDocument response = read(toResponse, TestingCalls.document(completion));
      JsonDocument back = read(toCompletion, response);

      assertThat(back.object()).isEqualTo(completion);
    }
  }

  @Test
  void theChunksOfACompletionAmountToIt() {
    Random random = seeded();

    for (int i = 0; i < CASES; i++) {
      // Of log probabilities only lists can come in pieces.
      JsonObject completion =
          json(
              TestingCalls.text(completion(random))
                  .replace(",\"refusal\":null},\"finish_reason\"", "},\"finish_reason\""));
      ChatStreamAssembler assembler = new ChatStreamAssembler();
      for (byte[] frame : ChatReplay.frames(completion, true)) {
        assembler.add(json(new String(frame, StandardCharsets.UTF_8).substring(6)));
      }

      JsonObject told = assembler.completion(TestingCalls.ID.text(), "alias");

      assertThat(told.members()).containsAllEntriesOf(completion.members());
    }
  }

  @Test
  void aStreamedResponseMeansTheSameAsAWholeOne() {
    Random random = seeded();
    Translation toResponse =
        new ResponsesOverChat(
            TestingCalls.call(Endpoint.RESPONSES, json("{'input':'x'}")), new byte[0]);
    Translation toCompletion =
        new ChatOverResponses(
            TestingCalls.call(Endpoint.CHAT_COMPLETIONS, json("{'messages':[],'stream':true}")),
            TestingCalls.responses());

    for (int i = 0; i < CASES; i++) {
      JsonObject completion = completion(random);
      JsonObject response = read(toResponse, TestingCalls.document(completion)).object();
      AnswerStream stream = toCompletion.stream(1 << 20);
      List<byte[]> frames = new ArrayList<>(stream.open());
      ResponseReplay.frames(response).forEach(frame -> frames.addAll(stream.feed(frame)));
      StreamEnding ending = stream.end(TestingCalls.AT);
      frames.addAll(ending.last());

      byte[] body = ending.body();
      assertThat(Json.objectOrEmpty(body == null ? new byte[0] : body)).isEqualTo(completion);
      assertThat(told(frames, "content")).isEqualTo(said(completion, "content"));
      assertThat(told(frames, "refusal")).isEqualTo(said(completion, "refusal"));
      assertThat(told(frames, "reasoning_content"))
          .isEqualTo(said(completion, "reasoning_content"));
    }
  }

  /// All pieces of one text in the chunks.
  private static String told(List<byte[]> frames, String name) {
    return frames.stream()
        .map(frame -> Json.objectOrEmpty(Arrays.copyOfRange(frame, 6, frame.length)))
        .flatMap(chunk -> chunk.items("choices").stream())
        .flatMap(choice -> ((JsonObject) choice).object("delta").stream())
        .flatMap(delta -> delta.text(name).stream())
        .collect(Collectors.joining());
  }

  private static String said(JsonObject completion, String name) {
    return ((JsonObject) completion.items("choices").getFirst())
        .object("message")
        .flatMap(message -> message.text(name))
        .orElse("");
  }

  private static JsonDocument read(Translation translation, JsonDocument answer) {
    Translation.Answer read = translation.read(answer, TestingCalls.AT);
    assertThat(read).isInstanceOf(Translation.Answer.Sound.class);
    return TestingCalls.document(((Translation.Answer.Sound) read).body());
  }

  private static Random seeded() {
    long seed = System.nanoTime();
    LOG.atInfo().addKeyValue("seed", seed).log("random requests");
    return new Random(seed);
  }

  /// A request in the canonical spelling of chat, so that only the meaning can differ.
  private static JsonObject chatRequest(Random random) {
    List<JsonValue> messages = new ArrayList<>();
    int calls = 0;
    for (int i = random.nextInt(6); i >= 0; i--) {
      switch (random.nextInt(4)) {
        case 0 -> messages.add(said("system", JsonValue.of(text(random))));
        case 1 -> messages.add(said("user", JsonValue.of(text(random))));
        case 2 -> messages.add(said("user", parts(random)));
        default -> {
          int count = random.nextInt(3);
          if (!messages.isEmpty() && endsWith(messages, "assistant")) {
            // Words and calls in a row are one message: that is the translation's to decide.
            messages.add(said("user", JsonValue.of(text(random))));
          }
          messages.add(assistant(random, calls, count));
          for (int call = 0; call < count; call++) {
            messages.add(
                said("tool", JsonValue.of(text(random))).toBuilder()
                    .put("tool_call_id", "c" + (calls + call))
                    .build());
          }
          calls += count;
        }
      }
    }
    JsonObject.Builder chat =
        JsonObject.builder().put("model", "theirs").put("messages", new JsonArray(messages));
    addOptions(random, chat);
    return chat.build();
  }

  private static boolean endsWith(List<JsonValue> messages, String role) {
    return messages.getLast() instanceof JsonObject last
        && last.text("role").orElse("").equals(role);
  }

  private static void addOptions(Random random, JsonObject.Builder chat) {
    if (random.nextBoolean()) {
      chat.put("max_completion_tokens", 16 + random.nextInt(1000));
    }
    if (random.nextBoolean()) {
      chat.put("temperature", random.nextInt(2)).put("user", text(random) + "u");
    }
    if (random.nextBoolean()) {
      chat.put("reasoning_effort", "low").put("verbosity", "high");
    }
    if (random.nextBoolean()) {
      chat.put("logprobs", true).put("top_logprobs", random.nextInt(5));
    }
    if (random.nextBoolean()) {
      chat.put(
          "response_format",
          random.nextBoolean()
              ? json("{'type':'json_object'}")
              : json(
                  "{'type':'json_schema','json_schema':{'name':'n','schema':{'type':'object'},'strict':true}}"));
    }
    if (random.nextBoolean()) {
      chat.put("tools", tools(random));
      List<JsonValue> choices =
          List.of(
              JsonValue.of("auto"),
              JsonValue.of("none"),
              JsonValue.of("required"),
              json("{'type':'function','function':{'name':'f'}}"));
      chat.put("tool_choice", choices.get(random.nextInt(choices.size())))
          .put("parallel_tool_calls", random.nextBoolean());
    }
  }

  private static JsonArray tools(Random random) {
    List<JsonValue> tools = new ArrayList<>();
    for (String name : List.of("f", "g", "h").subList(0, 1 + random.nextInt(3))) {
      JsonObject.Builder function = JsonObject.builder().put("name", name);
      if (random.nextBoolean()) {
        function.put("description", text(random));
      }
      if (random.nextBoolean()) {
        function.put("parameters", json("{'type':'object','properties':{}}"));
      }
      function.put("strict", random.nextBoolean());
      tools.add(
          JsonObject.builder().put("type", "function").put("function", function.build()).build());
    }
    return new JsonArray(tools);
  }

  private static JsonObject assistant(Random random, int firstCall, int count) {
    boolean speaks = count == 0 || random.nextBoolean();
    JsonObject.Builder message =
        JsonObject.builder()
            .put("role", "assistant")
            .put("content", speaks ? JsonValue.of(text(random) + "!") : JsonNull.NULL);
    if (count > 0) {
      message.put("tool_calls", calls(random, firstCall, count));
    }
    return message.build();
  }

  private static JsonArray calls(Random random, int first, int count) {
    List<JsonValue> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonObject function =
          JsonObject.builder().put("name", "f").put("arguments", text(random)).build();
      calls.add(
          JsonObject.builder()
              .put("id", "c" + (first + i))
              .put("type", "function")
              .put("function", function)
              .build());
    }
    return new JsonArray(calls);
  }

  private static JsonArray parts(Random random) {
    List<JsonValue> parts = new ArrayList<>();
    parts.add(JsonObject.builder().put("type", "text").put("text", text(random)).build());
    parts.add(
        random.nextBoolean()
            ? json("{'type':'image_url','image_url':{'url':'https://x/y','detail':'low'}}")
            : json("{'type':'file','file':{'filename':'a','file_data':'data:x'}}"));
    return new JsonArray(parts);
  }

  private static JsonObject said(String role, JsonValue content) {
    return JsonObject.builder().put("role", role).put("content", content).build();
  }

  private static JsonObject completion(Random random) {
    int count = random.nextInt(3);
    JsonObject.Builder message = assistant(random, 0, count).toBuilder();
    message.put(
        "refusal", count == 0 && random.nextInt(4) == 0 ? JsonValue.of("No.") : JsonNull.NULL);
    if (random.nextBoolean()) {
      message.put("reasoning_content", text(random) + "?");
    }
    JsonObject built = message.build();
    boolean hasText = !built.isAbsent("content");
    JsonObject choice =
        JsonObject.builder()
            .put("index", 0)
            .put("message", built)
            .put("logprobs", hasText && random.nextBoolean() ? logprobs() : JsonNull.NULL)
            .put("finish_reason", finish(random, count))
            .build();
    return JsonObject.builder()
        .put("id", TestingCalls.ID.text())
        .put("object", "chat.completion")
        .put("created", TestingCalls.CREATED.getEpochSecond())
        .put("model", "alias")
        .put("service_tier", "priority")
        .put("choices", new JsonArray(List.of(choice)))
        .put(
            "usage",
            json(
                "{'prompt_tokens':7,'completion_tokens':5,'total_tokens':12,"
                    + "'prompt_tokens_details':{'cached_tokens':2},'completion_tokens_details':{'reasoning_tokens':1}}"))
        .build();
  }

  private static String finish(Random random, int calls) {
    return switch (random.nextInt(4)) {
      case 0 -> "length";
      case 1 -> "content_filter";
      default -> calls > 0 ? "tool_calls" : "stop";
    };
  }

  private static JsonObject logprobs() {
    return json(
        "{'content':[{'token':'a','logprob':-1,'bytes':[97],'top_logprobs':[]}],'refusal':null}");
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.appendCodePoint("a ü\n\"\\→".codePointAt(random.nextInt(7)));
    }
    return text.toString();
  }
}
