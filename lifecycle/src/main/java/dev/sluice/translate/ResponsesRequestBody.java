package dev.sluice.translate;

import dev.sluice.upstream.Model;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The body of a call to a model server that speaks the Responses API. The server keeps nothing:
/// `store` is false and the whole conversation is sent.
final class ResponsesRequestBody {

  /// The members of a Responses request that a server may see, as OpenAI and Open Responses know
  /// them; the client's own spelling of each is kept. `metadata` is the gateway's to keep.
  private static final Set<String> FORWARDED =
      Set.of(
          "model",
          "input",
          "instructions",
          "include",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "text",
          "reasoning",
          "temperature",
          "top_p",
          "presence_penalty",
          "frequency_penalty",
          "max_output_tokens",
          "max_tool_calls",
          "top_logprobs",
          "truncation",
          "user",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "prompt_cache_options",
          "prompt",
          "context_management",
          "moderation");

  private static final Set<String> FORWARDED_TO_COMPACT =
      Set.of("model", "input", "instructions", "prompt_cache_key", "prompt_cache_retention");

  /// Ids that this gateway derived: no model server knows them.
  private static final Pattern OWN_ID =
      Pattern.compile("[a-z]+_[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  /// Items that are taken without an id. Others, such as the calls of hosted tools, need one,
  /// whosever it is.
  private static final Set<String> WITHOUT_ID =
      Set.of(
          "message",
          "function_call",
          "function_call_output",
          "custom_tool_call",
          "custom_tool_call_output",
          "compaction");

  /// Members that mean nothing when they are null, and that strict servers then refuse.
  private static final List<String> NEVER_NULL =
      List.of("id", "status", "phase", "encrypted_content");

  private ResponsesRequestBody() {}

  /// @throws UntranslatableException when a chat request asks for what Responses cannot express
  static byte[] of(ClientCall call, Model.Target target) {
    return switch (call.request().endpoint()) {
      case RESPONSES -> response(call, target);
      case COMPACTIONS -> forwarded(call, target, FORWARDED_TO_COMPACT).toBytes();
      case CHAT_COMPLETIONS -> Json.write(ChatAsResponses.of(call, target.model()));
      case EMBEDDINGS -> throw new IllegalArgumentException("Embeddings are no response");
    };
  }

  private static byte[] response(ClientCall call, Model.Target target) {
    JsonDocument.Edit edit = forwarded(call, target, FORWARDED).set("store", JsonValue.of(false));
    if (call.request().stream()) {
      edit.set("stream", JsonValue.of(true));
      call.document()
          .object()
          .object("stream_options")
          .ifPresent(options -> edit.set("stream_options", options));
    }
    return edit.toBytes();
  }

  private static JsonDocument.Edit forwarded(
      ClientCall call, Model.Target target, Set<String> names) {
    JsonDocument.Edit edit = call.document().edit();
    call.document().object().members().keySet().stream()
        .filter(name -> !names.contains(name))
        .forEach(edit::remove);
    List<JsonValue> input = new ArrayList<>();
    call.input().forEach(item -> item(item).ifPresent(input::add));
    return edit.set("model", target.model()).set("input", new JsonArray(input));
  }

  /// An item without what only this gateway understands; empty for reasoning that holds nothing a
  /// server could use.
  private static Optional<JsonObject> item(JsonObject item) {
    boolean isReasoning = item.text("type").filter("reasoning"::equals).isPresent();
    boolean isSealed = item.text("encrypted_content").isPresent();
    if (isReasoning && !isSealed && item.items("content").isEmpty()) {
      return Optional.empty();
    }
    JsonObject.Builder json = item.toBuilder().remove("x_sluice");
    NEVER_NULL.stream().filter(name -> item.get(name) instanceof JsonNull).forEach(json::remove);
    boolean isOurs = item.text("id").filter(id -> OWN_ID.matcher(id).matches()).isPresent();
    // Sealed reasoning is bound to the id that its server gave it, which is not ours, and is
    // accepted without any; open reasoning needs one.
    boolean isOptional =
        isReasoning ? isSealed : WITHOUT_ID.contains(item.text("type").orElse("message"));
    if (isOurs && isOptional) {
      json.remove("id");
    }
    return Optional.of(json.build());
  }
}
