package dev.sluice.gateway.inference;

import dev.sluice.call.Ending;
import dev.sluice.call.JsonAnswer;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.errors.UpstreamErrors;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.ClientDisconnected;
import dev.sluice.request.FailureReason.DeadlineExceeded;
import dev.sluice.request.FailureReason.GatewayLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.NonRetriableStatus;
import dev.sluice.request.FailureReason.RequestRejected;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.FailureReason.WorkerLost;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// What a client is told when its upstream call failed.
final class UpstreamFailures {

  private UpstreamFailures() {}

  /// With the limits that the upstream told, where it answered.
  static GatewayException toException(JsonAnswer.Refused refused) {
    JsonAnswer.Refusal refusal = refused.refusal();
    if (refusal == null) {
      return toException(refused.reason());
    }
    GatewayException error =
        UpstreamErrors.toException(
            refusal.status(),
            refusal.body(),
            refusal.contentType(),
            refusal.head().header("retry-after"));
    for (Map.Entry<String, String> limit : ReplyHeaders.rateLimits(refusal.head()).entrySet()) {
      error = error.withHeader(limit.getKey(), limit.getValue());
    }
    return error;
  }

  static GatewayException toException(FailureReason reason) {
    return switch (reason) {
      case TimedOut(String phase) -> GatewayException.of(ErrorCode.UPSTREAM_TIMEOUT, late(phase));
      case NetworkError(String kind, String message) ->
          kind.equals("too_large") || kind.equals("protocol")
              ? GatewayException.of(ErrorCode.UPSTREAM_INVALID_RESPONSE, message)
              : GatewayException.of(ErrorCode.UPSTREAM_UNAVAILABLE, message);
      case TruncatedStream _ ->
          GatewayException.of(
              ErrorCode.UPSTREAM_INVALID_RESPONSE,
              "The model server's stream ended before its answer was complete.");
      case RetriableStatus(int status, String body) -> ofStatus(status, body);
      case NonRetriableStatus(int status, String body) -> ofStatus(status, body);
      case WorkerLost _ ->
          GatewayException.of(
              ErrorCode.WORKER_LOST, "The workers that ran this request were lost.");
      case DeadlineExceeded _ ->
          GatewayException.of(
              ErrorCode.DEADLINE_EXCEEDED, "The request was not begun before its deadline.");
      case RequestRejected(String message) -> GatewayException.of(ErrorCode.INVALID_VALUE, message);
      case GatewayLost _, CallLost _, ClientDisconnected _ ->
          GatewayException.of(
              ErrorCode.INTERNAL_ERROR, "The call to the model server was interrupted.");
    };
  }

  private static GatewayException ofStatus(int status, String body) {
    return UpstreamErrors.toException(
        status, body.getBytes(StandardCharsets.UTF_8), Ending.JSON, Optional.empty());
  }

  private static String late(String phase) {
    return switch (phase) {
      case "connect" -> "The model server did not accept a connection in time.";
      case "first_byte" ->
          "The model server did not begin to answer in time. Use stream: true for long answers.";
      case "idle" -> "The model server stopped in the middle of its answer.";
      default ->
          "The answer took longer than one call may. Use stream: true, or ask for a shorter"
              + " answer.";
    };
  }
}
