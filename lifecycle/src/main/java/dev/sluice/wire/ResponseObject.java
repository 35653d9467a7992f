package dev.sluice.wire;

import dev.sluice.request.PublicStatus;
import dev.sluice.request.RequestData;
import dev.sluice.request.Usage;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The public Response object: all 31 keys that Open Responses (2026-04-24) requires, OpenAI's
/// `conversation` and `cache_write_tokens`, and our own facts under `x_sluice`.
///
/// Strict clients refuse an object in which a key is missing, or null where the specification does
/// not allow it, so every object is made here.
///
/// @param extension the content of `x_sluice`
public record ResponseObject(
    RequestData request,
    PublicStatus status,
    ResponseParameters parameters,
    Result result,
    JsonObject extension) {

  /// What came of the request so far.
  ///
  /// @param completedAt only when the answer is whole
  /// @param incompleteReason `max_output_tokens` or `content_filter`
  /// @param output the items as JSON
  /// @param usage null until the end, and when the model server did not count
  public record Result(
      @Nullable Instant completedAt,
      @Nullable String incompleteReason,
      @Nullable ResponseError error,
      List<JsonObject> output,
      @Nullable Usage usage) {

    /// Nothing yet.
    public static final Result NONE = new Result(null, null, null, List.of(), null);

    public Result {
      output = List.copyOf(output);
    }
  }

  public JsonObject toJson() {
    Instant completedAt = result.completedAt();
    JsonObject.Builder json =
        JsonObject.builder()
            .put("id", request.id().text())
            .put("object", "response")
            .put("created_at", request.createdAt().getEpochSecond())
            .put(
                "completed_at",
                completedAt == null ? JsonNull.NULL : JsonValue.of(completedAt.getEpochSecond()))
            .put("status", status.text())
            .put("background", request.background())
            .put("store", request.store())
            .put("service_tier", request.tier().text())
            .put("model", request.model())
            .put("error", error())
            .put("incomplete_details", incompleteDetails())
            .put("output", new JsonArray(List.copyOf(result.output())));
    parameters.values().members().forEach(json::put);
    return json.put("usage", usage(result.usage()))
        .put("conversation", JsonNull.NULL)
        .put("x_sluice", extension)
        .build();
  }

  private JsonValue error() {
    ResponseError error = result.error();
    return error == null ? JsonNull.NULL : error.toJson();
  }

  private JsonValue incompleteDetails() {
    String reason = result.incompleteReason();
    return reason == null ? JsonNull.NULL : JsonObject.builder().put("reason", reason).build();
  }

  /// The counts as they are shown; JSON null when there are none.
  public static JsonValue usage(@Nullable Usage usage) {
    if (usage == null) {
      return JsonNull.NULL;
    }
    JsonObject input =
        JsonObject.builder()
            .put("cached_tokens", usage.cachedTokens())
            .put("cache_write_tokens", 0)
            .build();
    JsonObject output =
        JsonObject.builder().put("reasoning_tokens", usage.reasoningTokens()).build();
    return JsonObject.builder()
        .put("input_tokens", usage.inputTokens())
        .put("input_tokens_details", input)
        .put("output_tokens", usage.outputTokens())
        .put("output_tokens_details", output)
        .put("total_tokens", usage.totalTokens())
        .build();
  }
}
