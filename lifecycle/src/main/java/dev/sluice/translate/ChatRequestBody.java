package dev.sluice.translate;

import dev.sluice.request.Endpoint;
import dev.sluice.upstream.ChatTraits;
import dev.sluice.upstream.Model;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Responses request as the body of a chat request. Made from an allow-list: what the gateway
/// handles itself (storage, tiers, metadata, chaining, truncation) and what nobody knows is not
/// sent.
final class ChatRequestBody {

  private static final List<String> SAME_NUMBERS =
      List.of("temperature", "top_p", "presence_penalty", "frequency_penalty");
  private static final List<String> SAME_TEXTS =
      List.of("user", "safety_identifier", "prompt_cache_key");

  /// Asks for a summary that another turn of the same model can go on from.
  private static final String COMPACTION =
      """
      The conversation so far is about to be replaced by a summary, and whoever continues it will see \
      nothing but that summary. Write it now. Do not answer or continue the conversation.

      Keep, in as few words as they need:
      - what the user wants, in full, with every rule and preference that was stated;
      - what was decided and why, and what was tried and rejected;
      - facts that were established, and the results of tool calls that still matter;
      - the exact spelling of names, identifiers, numbers, file names, paths, commands, addresses and \
      pieces of code or text that will be needed again;
      - what is done, what is not, and the next step;
      - open questions.

      Leave out greetings and repetitions. Invent nothing. Write in the language of the conversation. \
      Give only the summary.\
      """;

  private ChatRequestBody() {}

  /// @param call of the endpoint responses or compact
  /// @throws UntranslatableException when a chat request cannot express it
  static byte[] of(ClientCall call, Model.Target target) {
    JsonObject request = call.document().object();
    if (!request.isAbsent("prompt")) {
      throw new UntranslatableException(
          "prompt", "Prompt templates are not available with this model; send input instead.");
    }
    ChatTraits traits = target.upstream().chat();
    List<JsonValue> messages = new ArrayList<>(ChatMessages.of(call, traits));
    if (messages.isEmpty()) {
      // Reasoning and records of tools alone: the server would complain about its own 'messages'.
      throw new UntranslatableException(
          "input", "'input' holds nothing that this model can be told; add a message.");
    }
    boolean compacts = call.request().endpoint() == Endpoint.COMPACTIONS;
    if (compacts) {
      messages.add(JsonObject.builder().put("role", "user").put("content", COMPACTION).build());
    }
    JsonObject.Builder chat =
        JsonObject.builder().put("model", target.model()).put("messages", new JsonArray(messages));
    copy(request, SAME_TEXTS, chat);
    if (!compacts) {
      putAnswerOptions(request, traits, chat);
      if (call.request().stream()) {
        chat.put("stream", true).put("stream_options", StreamOptions.of(JsonObject.EMPTY, traits));
      }
    }
    return Json.write(chat.build());
  }

  private static void putAnswerOptions(
      JsonObject request, ChatTraits traits, JsonObject.Builder chat) {
    copy(request, SAME_NUMBERS, chat);
    if (request.get("max_output_tokens") instanceof JsonNumber limit) {
      chat.put(traits.limitParameter(), limit);
    }
    ChatToolset.put(request, chat);
    putLogprobs(request, chat);
    request
        .object("reasoning")
        .flatMap(reasoning -> reasoning.text("effort"))
        .ifPresent(effort -> chat.put("reasoning_effort", effort));
    JsonObject text = request.object("text").orElse(JsonObject.EMPTY);
    text.text("verbosity").ifPresent(verbosity -> chat.put("verbosity", verbosity));
    @Nullable JsonObject format = format(text.object("format").orElse(JsonObject.EMPTY));
    if (format != null) {
      chat.put("response_format", format);
    }
  }

  private static void copy(JsonObject request, List<String> names, JsonObject.Builder chat) {
    for (String name : names) {
      JsonValue value = request.get(name);
      if (value instanceof JsonNumber || value instanceof JsonString) {
        chat.put(name, value);
      }
    }
  }

  /// Responses asks for them by a number above zero or by name; chat wants a flag.
  private static void putLogprobs(JsonObject request, JsonObject.Builder chat) {
    boolean included =
        request.items("include").contains(JsonValue.of("message.output_text.logprobs"));
    boolean counted = request.number("top_logprobs").filter(count -> count > 0).isPresent();
    if (included || counted) {
      chat.put("logprobs", true);
      JsonValue count = request.get("top_logprobs");
      if (count instanceof JsonNumber) {
        chat.put("top_logprobs", count);
      }
    }
  }

  /// Null for plain text, which is what a chat request without the member gives.
  private static @Nullable JsonObject format(JsonObject format) {
    String type = format.text("type").orElse("text");
    return switch (type) {
      case "text" -> null;
      case "json_schema" ->
          JsonObject.builder().put("type", type).put("json_schema", schema(format)).build();
      case "json_object" -> JsonObject.builder().put("type", type).build();
      default ->
          throw new UntranslatableException(
              "text.format.type", "The format '" + type + "' is not available with this model.");
    };
  }

  private static JsonObject schema(JsonObject format) {
    JsonObject.Builder schema = JsonObject.builder();
    for (String name : List.of("name", "description", "schema", "strict")) {
      JsonValue value = format.get(name);
      if (value != null && !format.isAbsent(name)) {
        schema.put(name, value);
      }
    }
    return schema.build();
  }
}
