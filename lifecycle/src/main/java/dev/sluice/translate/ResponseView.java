package dev.sluice.translate;

import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.PublicStatus;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore.Attempt;
import dev.sluice.request.Usage;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.ResponseError;
import dev.sluice.wire.ResponseObject;
import dev.sluice.wire.ResponseObject.Result;
import dev.sluice.wire.ResponseParameters;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A stored request of any endpoint as a Response object. A pure function of what is stored, so
/// that every read shows the same.
///
/// @param requestBody what the client sent; an empty object when it is not recorded
/// @param responseBody what the client got; an empty object when there is none
/// @param attempts the upstream calls, to be shown under `x_sluice`; null when nobody asked for
///   them
public record ResponseView(
    Request request,
    JsonObject requestBody,
    JsonObject responseBody,
    @Nullable List<Attempt> attempts) {

  public ResponseView {
    attempts = attempts == null ? null : List.copyOf(attempts);
  }

  /// The Response object. What the client of a Responses request got is shown again as it was, with
  /// our own facts as they are now; everything else is put together from the row and the bodies.
  public JsonObject toJson() {
    return isResponse()
        ? responseBody.toBuilder().put("x_sluice", extension()).build()
        : new ResponseObject(
                request.data(), PublicStatus.of(request), parameters(), result(), extension())
            .toJson();
  }

  /// Whether the answer is a Response in its final state, and not an upstream's error.
  private boolean isResponse() {
    return request.data().endpoint() == Endpoint.RESPONSES
        && (request instanceof Request.Completed || request instanceof Request.Failed)
        && responseBody.text("object").orElse("").equals("response")
        && isOurs();
  }

  private ResponseParameters parameters() {
    return switch (request.data().endpoint()) {
      case CHAT_COMPLETIONS -> ChatParameters.of(requestBody);
      case EMBEDDINGS -> ResponseParameters.DEFAULTS;
      case RESPONSES, COMPACTIONS -> ResponsesParameters.of(requestBody);
    };
  }

  private Result result() {
    return switch (request) {
      case Request.Pending _, Request.Claimed _, Request.Processing _ -> Result.NONE;
      case Request.Canceled(RequestData _, @Nullable Usage usage, Instant _) ->
          new Result(null, null, null, List.of(), usage);
      case Request.Completed(
              RequestData _,
              int _,
              boolean incomplete,
              @Nullable Usage usage,
              @Nullable Long _,
              Instant finishedAt) ->
          new Result(
              incomplete ? null : finishedAt,
              incomplete ? incompleteReason() : null,
              null,
              output(),
              usage == null ? countedUsage() : usage);
      case Request.Failed(
              RequestData _,
              @Nullable Integer _,
              FailureReason reason,
              @Nullable Usage usage,
              Instant _) ->
          new Result(null, null, ResponseError.of(reason), output(), usage);
    };
  }

  private @Nullable Usage countedUsage() {
    return switch (request.data().endpoint()) {
      case CHAT_COMPLETIONS, EMBEDDINGS -> UsageCounts.ofChat(responseBody).orElse(null);
      case RESPONSES, COMPACTIONS -> UsageCounts.ofResponse(responseBody).orElse(null);
    };
  }

  /// The row says that the answer was cut, the body says by what.
  private String incompleteReason() {
    return switch (request.data().endpoint()) {
      case RESPONSES, COMPACTIONS ->
          responseBody
              .object("incomplete_details")
              .flatMap(details -> details.text("reason"))
              .orElse("max_output_tokens");
      case CHAT_COMPLETIONS, EMBEDDINGS ->
          FinishReason.ofCompletion(responseBody).incompleteReason().orElse("max_output_tokens");
    };
  }

  private List<JsonObject> output() {
    return switch (request.data().endpoint()) {
      case CHAT_COMPLETIONS ->
          ChatOutput.of(request.data().id(), responseBody).stream()
              .map(OutputItem::toJson)
              .toList();
      case EMBEDDINGS -> List.of();
      case RESPONSES, COMPACTIONS -> isOurs() ? items() : List.of();
    };
  }

  /// False for what an upstream sent instead of an answer, which may look like one.
  private boolean isOurs() {
    return responseBody.text("id").orElse("").equals(request.data().id().text());
  }

  private List<JsonObject> items() {
    return responseBody.items("output").stream()
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast)
        .toList();
  }

  private JsonObject extension() {
    JsonObject facts =
        extension(
            request.data(), request instanceof Request.Failed failed ? failed.reason() : null);
    if (attempts == null) {
      return facts;
    }
    List<JsonValue> calls = attempts.stream().<JsonValue>map(ResponseView::attempt).toList();
    return facts.toBuilder().put("attempts", new JsonArray(calls)).build();
  }

  /// The content of `x_sluice` that is the same at every time.
  static JsonObject extension(RequestData request, @Nullable FailureReason failure) {
    JsonObject.Builder json =
        JsonObject.builder()
            .put("endpoint", request.endpoint().path())
            .put("client_disconnected", request.clientDisconnected());
    return failure == null ? json.build() : json.put("failure", failure.label()).build();
  }

  private static JsonObject attempt(Attempt attempt) {
    Integer status = attempt.status();
    return JsonObject.builder()
        .put("upstream", attempt.upstream())
        .putNullable("upstream_model", attempt.upstreamModel())
        .put("status", status == null ? JsonNull.NULL : JsonValue.of(status))
        .put("started_at", attempt.startedAt().toString())
        .putNullable(
            "finished_at",
            Optional.ofNullable(attempt.finishedAt()).map(Instant::toString).orElse(null))
        .put("usage", usage(attempt.usage()))
        .putNullable("error", attempt.error())
        .build();
  }

  /// The counts as they were recorded, without the sums and the shape of a response's usage.
  private static JsonValue usage(@Nullable Usage usage) {
    return usage == null
        ? JsonNull.NULL
        : JsonObject.builder()
            .put("input_tokens", usage.inputTokens())
            .put("output_tokens", usage.outputTokens())
            .put("cached_tokens", usage.cachedTokens())
            .put("reasoning_tokens", usage.reasoningTokens())
            .build();
  }
}
