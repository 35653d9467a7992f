package dev.sluice.translate;

import dev.sluice.request.RequestData;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A Response in the canonical form as a chat completion of one choice.
///
/// Texts of several messages, and of several pieces of reasoning, are joined by a blank line. Items
/// that chat does not know, such as the calls of hosted tools, are left out.
final class ResponseAsCompletion {

  static final String BETWEEN = "\n\n";

  private final StringBuilder text = new StringBuilder();
  private final StringBuilder refusal = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final List<JsonValue> annotations = new ArrayList<>();
  private final List<JsonValue> logprobs = new ArrayList<>();
  private final List<JsonObject> calls = new ArrayList<>();

  private ResponseAsCompletion() {}

  /// @param legacy whether the request was in the form before tools, so that the answer must be
  static JsonObject of(RequestData request, JsonObject response, boolean legacy) {
    ResponseAsCompletion read = new ResponseAsCompletion();
    for (JsonValue item : response.items("output")) {
      if (item instanceof JsonObject object) {
        read.add(object);
      }
    }
    JsonObject choice =
        JsonObject.builder()
            .put("index", 0)
            .put("message", read.message(legacy))
            .put("logprobs", logprobs(read.logprobs))
            .put(
                "finish_reason",
                finishReason(response, !read.calls.isEmpty(), legacy)
                    .<JsonValue>map(JsonValue::of)
                    .orElse(JsonNull.NULL))
            .build();
    JsonObject.Builder json = head(request, "chat.completion").toBuilder();
    json.put("choices", new JsonArray(List.of(choice)));
    usage(response).ifPresent(usage -> json.put("usage", usage));
    return json.build();
  }

  /// The members that a completion and its chunks share.
  static JsonObject head(RequestData request, String object) {
    return JsonObject.builder()
        .put("id", request.id().text())
        .put("object", object)
        .put("created", request.createdAt().getEpochSecond())
        .put("model", request.model())
        .put("service_tier", request.tier().text())
        .build();
  }

  private void add(JsonObject item) {
    switch (item.text("type").orElse("")) {
      case "message" -> {
        int before = text.length();
        item.items("content").forEach(this::addPart);
        if (before > 0 && text.length() > before) {
          text.insert(before, BETWEEN);
        }
      }
      case "reasoning" -> {
        item.items("summary").forEach(this::addReasoning);
        item.items("content").forEach(this::addReasoning);
      }
      case "function_call", "custom_tool_call" -> calls.add(item);
      default -> {
        // Chat has no word for it.
      }
    }
  }

  private void addPart(JsonValue value) {
    JsonObject part = value instanceof JsonObject object ? object : JsonObject.EMPTY;
    part.text("text").ifPresent(text::append);
    part.text("refusal").ifPresent(refusal::append);
    part.items("annotations").stream()
        .flatMap(item -> annotation(item).stream())
        .forEach(annotations::add);
    logprobs.addAll(part.items("logprobs"));
  }

  private void addReasoning(JsonValue value) {
    String piece = value instanceof JsonObject part ? part.text("text").orElse("") : "";
    if (!piece.isEmpty()) {
      reasoning.append(reasoning.isEmpty() ? "" : BETWEEN).append(piece);
    }
  }

  private JsonObject message(boolean legacy) {
    boolean silent = text.isEmpty() && (!calls.isEmpty() || !refusal.isEmpty());
    JsonObject.Builder message =
        JsonObject.builder()
            .put("role", "assistant")
            .put("content", silent ? JsonNull.NULL : JsonValue.of(text.toString()))
            .put("refusal", refusal.isEmpty() ? JsonNull.NULL : JsonValue.of(refusal.toString()));
    if (!reasoning.isEmpty()) {
      message.put("reasoning_content", reasoning.toString());
    }
    if (!annotations.isEmpty()) {
      message.put("annotations", new JsonArray(annotations));
    }
    if (!calls.isEmpty() && legacy) {
      message.put("function_call", callee(calls.getFirst()));
    } else if (!calls.isEmpty()) {
      message.put(
          "tool_calls",
          new JsonArray(calls.stream().<JsonValue>map(ResponseAsCompletion::call).toList()));
    }
    return message.build();
  }

  /// A call as chat writes it.
  static JsonObject call(JsonObject item) {
    String type = type(item);
    return JsonObject.builder()
        .put("id", item.text("call_id").orElse(""))
        .put("type", type)
        .put(type, callee(item))
        .build();
  }

  static String type(JsonObject item) {
    return item.text("type").orElse("").equals("custom_tool_call") ? "custom" : "function";
  }

  static String inputName(String type) {
    return type.equals("custom") ? "input" : "arguments";
  }

  static JsonObject callee(JsonObject item) {
    String input = inputName(type(item));
    return JsonObject.builder()
        .put("name", item.text("name").orElse(""))
        .put(input, item.text(input).orElse(""))
        .build();
  }

  /// A citation in the nested form of chat, which knows those of the web only.
  static Optional<JsonObject> annotation(JsonValue value) {
    if (!(value instanceof JsonObject annotation)
        || !annotation.text("type").orElse("").equals("url_citation")) {
      return Optional.empty();
    }
    JsonObject citation = annotation.toBuilder().remove("type").build();
    return Optional.of(
        JsonObject.builder().put("type", "url_citation").put("url_citation", citation).build());
  }

  static JsonValue logprobs(List<JsonValue> entries) {
    return entries.isEmpty()
        ? JsonNull.NULL
        : JsonObject.builder()
            .put("content", new JsonArray(entries))
            .put("refusal", JsonNull.NULL)
            .build();
  }

  /// Empty for an answer that failed.
  static Optional<String> finishReason(JsonObject response, boolean hasCalls, boolean legacy) {
    String reason =
        response.object("incomplete_details").flatMap(details -> details.text("reason")).orElse("");
    return switch (response.text("status").orElse("")) {
      case "completed" ->
          Optional.of(hasCalls ? (legacy ? "function_call" : "tool_calls") : "stop");
      case "incomplete" ->
          Optional.of(reason.equals("content_filter") ? "content_filter" : "length");
      default -> Optional.empty();
    };
  }

  /// The counts in the words of chat; empty when the model server did not count.
  static Optional<JsonObject> usage(JsonObject response) {
    return UsageCounts.ofResponse(response)
        .map(usage ->
            JsonObject.builder()
                .put("prompt_tokens", usage.inputTokens())
                .put("completion_tokens", usage.outputTokens())
                .put("total_tokens", usage.totalTokens())
                .put(
                    "prompt_tokens_details",
                    JsonObject.builder().put("cached_tokens", usage.cachedTokens()).build())
                .put(
                    "completion_tokens_details",
                    JsonObject.builder().put("reasoning_tokens", usage.reasoningTokens()).build())
                .build());
  }
}
