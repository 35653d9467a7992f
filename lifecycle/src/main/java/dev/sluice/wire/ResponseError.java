package dev.sluice.wire;

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
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The `error` of a Response object.
///
/// @param code a word of OpenAI's list (`server_error`, `rate_limit_exceeded`, `invalid_prompt`),
///   so that generated clients know it, or the model server's own word for an error that the caller
///   can correct
public record ResponseError(String code, String message) {

  private static final String SERVER_ERROR = "server_error";

  public ResponseError {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
  }

  /// What the owner of a failed request is told. A model server's text is shown by the rules of
  /// [UpstreamError].
  public static ResponseError of(FailureReason reason) {
    return switch (reason) {
      case RetriableStatus(int status, String body) -> ofStatus(status, body);
      case NonRetriableStatus(int status, String body) -> ofStatus(status, body);
      // The connection was sound, what came over it was not: the sentence is ours and says what.
      case NetworkError(String kind, String message)
          when kind.equals("protocol") || kind.equals("too_large") ->
          server(message);
      case NetworkError _ ->
          server(
              "The connection to the model server failed, or broke before the answer was whole.");
      case TimedOut _ -> server("The model server did not answer in time.");
      case TruncatedStream _ -> server("The answer of the model server ended before its finish.");
      case WorkerLost _ -> server("The worker that ran this request was lost too often.");
      case GatewayLost _ ->
          server("The gateway that ran this request ended without recording its outcome.");
      case DeadlineExceeded _ -> server("The request did not start before its deadline.");
      case RequestRejected(String message) -> new ResponseError("invalid_prompt", message);
      case CallLost _ -> server("The call to the model server was lost.");
      case ClientDisconnected _ -> server("The client left before the answer was complete.");
    };
  }

  private static ResponseError ofStatus(int status, String body) {
    UpstreamError error = UpstreamError.of(status, body.getBytes(StandardCharsets.UTF_8), "");
    String own = error.code();
    String code =
        switch (error.kind()) {
          case REJECTED, NOT_FOUND, TOO_LARGE -> own == null ? "invalid_prompt" : own;
          case RATE_LIMITED -> own == null ? "rate_limit_exceeded" : own;
          case TIMED_OUT, OVERLOADED, UNAVAILABLE, INVALID_ANSWER -> SERVER_ERROR;
        };
    return new ResponseError(code, error.message());
  }

  private static ResponseError server(String message) {
    return new ResponseError(SERVER_ERROR, message);
  }

  JsonObject toJson() {
    return JsonObject.builder().put("code", code).put("message", message).build();
  }
}
