package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import java.util.Optional;

/// A chat request as a Responses request. What changes the answer and has no counterpart is
/// refused; hints such as `seed`, `prediction` and `name`, and reasoning that a client sends back,
/// are dropped.
final class ChatAsResponses {

  private static final List<String> SAME_NUMBERS = List.of("temperature", "top_p", "top_logprobs");
  private static final List<String> PENALTIES = List.of("presence_penalty", "frequency_penalty");
  private static final List<String> SAME_TEXTS =
      List.of("user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention");

  private ChatAsResponses() {}

  /// @param model the name that the model server uses
  static JsonObject of(ClientCall call, String model) {
    JsonObject chat = call.document().object();
    refuseTheInexpressible(chat);
    JsonObject.Builder json =
        JsonObject.builder()
            .put("model", model)
            .put("input", new JsonArray(List.copyOf(ChatConversation.items(chat))))
            .put("store", false);
    if (call.request().stream()) {
      json.put("stream", true);
    }
    putNumbers(chat, json);
    for (String name : SAME_TEXTS) {
      chat.text(name).ifPresent(text -> json.put(name, text));
    }
    chat.text("reasoning_effort")
        .ifPresent(
            effort -> json.put("reasoning", JsonObject.builder().put("effort", effort).build()));
    putText(chat, json);
    if (chat.isTrue("logprobs")) {
      json.put("include", new JsonArray(List.of(JsonValue.of("message.output_text.logprobs"))));
    }
    putTools(chat, json);
    return json.build();
  }

  /// True for a request in the form before tools: its answer has `function_call` too.
  static boolean isLegacy(JsonObject chat) {
    return chat.items("tools").isEmpty() && !chat.items("functions").isEmpty();
  }

  private static void refuseTheInexpressible(JsonObject chat) {
    if (chat.number("n").filter(count -> count > 1).isPresent()) {
      throw refused("n", "More than one choice");
    }
    if (!chat.isAbsent("stop") && !JsonArray.EMPTY.equals(chat.get("stop"))) {
      throw refused("stop", "A stop sequence");
    }
    if (chat.object("logit_bias").filter(bias -> !bias.members().isEmpty()).isPresent()) {
      throw refused("logit_bias", "A bias on tokens");
    }
    if (chat.items("modalities").stream().anyMatch(word -> !word.equals(JsonValue.of("text")))) {
      throw refused("modalities", "Another modality than text");
    }
    if (!chat.isAbsent("audio")) {
      throw refused("audio", "Spoken output");
    }
    if (!chat.isAbsent("web_search_options")) {
      throw refused("web_search_options", "Web search by this member");
    }
  }

  static UntranslatableException refused(String param, String what) {
    return new UntranslatableException(param, what + " is not available with this model.");
  }

  private static void putNumbers(JsonObject chat, JsonObject.Builder json) {
    for (String name : SAME_NUMBERS) {
      if (chat.get(name) instanceof JsonNumber number) {
        json.put(name, number);
      }
    }
    for (String name : PENALTIES) {
      // Open Responses knows them, OpenAI does not: nobody is told of a penalty of nothing.
      if (chat.get(name) instanceof JsonNumber number && number.toDouble() != 0) {
        json.put(name, number);
      }
    }
    // OpenAI's servers refuse less than 16; a limit that is quietly raised would be no limit.
    chat.number("max_completion_tokens")
        .or(() -> chat.number("max_tokens"))
        .ifPresent(limit -> json.put("max_output_tokens", limit));
  }

  private static void putText(JsonObject chat, JsonObject.Builder json) {
    JsonObject.Builder text = JsonObject.builder();
    chat.object("response_format").ifPresent(format -> text.put("format", format(format)));
    chat.text("verbosity").ifPresent(verbosity -> text.put("verbosity", verbosity));
    JsonObject built = text.build();
    if (!built.members().isEmpty()) {
      json.put("text", built);
    }
  }

  private static JsonObject format(JsonObject format) {
    Optional<JsonObject> schema = format.object("json_schema");
    return schema.isEmpty() ? format : typed("json_schema", schema.get());
  }

  private static void putTools(JsonObject chat, JsonObject.Builder json) {
    JsonArray tools = ChatTools.tools(chat);
    if (tools.items().isEmpty()) {
      return;
    }
    json.put("tools", tools);
    ChatTools.choice(chat).ifPresent(choice -> json.put("tool_choice", choice));
    Optional<JsonValue> parallel =
        isLegacy(chat) ? Optional.of(JsonValue.of(false)) : ChatTools.parallel(chat);
    parallel.ifPresent(value -> json.put("parallel_tool_calls", value));
  }

  private static JsonObject typed(String type, JsonObject inner) {
    JsonObject.Builder json = JsonObject.builder().put("type", type);
    inner.members().forEach(json::put);
    return json.build();
  }
}
