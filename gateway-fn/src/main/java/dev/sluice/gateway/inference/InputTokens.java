package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.errors.UpstreamErrors;
import dev.sluice.request.FailureReason;
import dev.sluice.upstream.TraceContext;
import dev.sluice.upstream.Upstream;
import dev.sluice.upstream.UpstreamBody;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamClient;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Counts the tokens of an input without a model reading it. A model server that speaks the
/// Responses API is asked; where there is none, or it does not know the question, the count is
/// estimated here. Nothing is recorded. Safe for use by several threads.
@Singleton
final class InputTokens {

  /// What OpenAI's reference of `POST /v1/responses/input_tokens` knows, references to stored
  /// objects left out: the input is already whole.
  private static final List<String> COUNTED =
      List.of(
          "model",
          "input",
          "instructions",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "text",
          "reasoning",
          "truncation");

  /// What servers answer that do not have this path.
  private static final Set<Integer> UNKNOWN_PATH = Set.of(404, 405, 501);

  private final UpstreamClient upstreams;
  private final TokenEstimate estimate;

  InputTokens(UpstreamClient upstreams, TokenEstimate estimate) {
    this.upstreams = upstreams;
    this.estimate = estimate;
  }

  /// @param estimated whether nobody knows the count for sure
  record Count(long tokens, boolean estimated) {

    byte[] toJson() {
      return Json.write(
          JsonObject.builder()
              .put("object", "response.input_tokens")
              .put("input_tokens", tokens)
              .build());
    }
  }

  /// @throws GatewayException when the model server that should know refuses or fails
  Count count(Admission admission) {
    Optional<Admission.Candidate> knowing =
        admission.candidates().stream()
            .filter(candidate ->
                candidate.target().upstream().protocol() == Upstream.Protocol.RESPONSES)
            .findFirst();
    return knowing
        .flatMap(candidate -> ask(admission, candidate))
        .map(tokens -> new Count(tokens, false))
        .orElseGet(() -> new Count(estimate.of(admission.call()), true));
  }

  /// Empty when the server does not know the question.
  private Optional<Long> ask(Admission admission, Admission.Candidate candidate) {
    UpstreamRequest request =
        new UpstreamRequest(
            candidate.target().upstream(),
            "/responses/input_tokens",
            body(candidate),
            false,
            admission.inbound().requestId(),
            TraceContext.traceparent(admission.inbound().traceId()).orElse(null),
            admission.end().atMost(candidate.target().upstream().timeouts().total()));
    try (UpstreamCall call = upstreams.begin(request)) {
      return switch (call.result()) {
        case UpstreamResult.Unanswered(FailureReason reason) ->
            throw UpstreamFailures.toException(reason);
        case UpstreamResult.Answered head -> read(head);
      };
    }
  }

  private static byte[] body(Admission.Candidate candidate) {
    JsonObject whole = Json.objectOrEmpty(candidate.translation().upstreamBody());
    JsonObject.Builder counted = JsonObject.builder();
    for (String name : COUNTED) {
      JsonValue value = whole.get(name);
      if (value != null) {
        counted.put(name, value);
      }
    }
    return Json.write(counted.build());
  }

  private static Optional<Long> read(UpstreamResult.Answered head) {
    if (UNKNOWN_PATH.contains(head.status())) {
      return Optional.empty();
    }
    return switch (head.body().readAll()) {
      case UpstreamBody.Whole.Incomplete(var _, FailureReason reason) ->
          throw UpstreamFailures.toException(reason);
      case UpstreamBody.Whole.Complete(byte[] bytes) -> {
        if (!head.isSuccess()) {
          throw UpstreamErrors.toException(
              head.status(),
              bytes,
              head.header("content-type").orElse(""),
              head.header("retry-after"));
        }
        yield Optional.of(
            Json.objectOrEmpty(bytes)
                .number("input_tokens")
                .filter(tokens -> tokens >= 0)
                .orElseThrow(() ->
                    GatewayException.of(
                        ErrorCode.UPSTREAM_INVALID_RESPONSE,
                        "The model server's answer has no count of tokens.")));
      }
    };
  }
}
