package dev.sluice.gateway.errors;

import dev.sluice.wire.UpstreamError;
import java.util.Optional;

/// Turns the error answers of model servers into errors of the catalogue; what of their text is
/// shown is decided by [UpstreamError].
public final class UpstreamErrors {

  private UpstreamErrors() {}

  /// The error for a status outside 200–299, or for one that was hidden in a 200. Never throws.
  ///
  /// @param contentType as the server sent it; empty when it did not
  /// @param retryAfter the server's `Retry-After`
  public static GatewayException toException(
      int status, byte[] body, String contentType, Optional<String> retryAfter) {
    UpstreamError error = UpstreamError.of(status, body, contentType);
    return switch (error.kind()) {
      case REJECTED -> passed(ErrorCode.UPSTREAM_REJECTED, status, error);
      case NOT_FOUND -> passed(ErrorCode.UPSTREAM_NOT_FOUND, 404, error);
      case TOO_LARGE -> passed(ErrorCode.REQUEST_TOO_LARGE, 413, error);
      case RATE_LIMITED ->
          RetryAfter.on(passed(ErrorCode.RATE_LIMIT_EXCEEDED, 429, error), retryAfter);
      case OVERLOADED ->
          RetryAfter.on(
              GatewayException.of(ErrorCode.UPSTREAM_OVERLOADED, error.message()), retryAfter);
      case UNAVAILABLE -> GatewayException.of(ErrorCode.UPSTREAM_UNAVAILABLE, error.message());
      case INVALID_ANSWER ->
          GatewayException.of(ErrorCode.UPSTREAM_INVALID_RESPONSE, error.message());
      case TIMED_OUT -> GatewayException.of(ErrorCode.UPSTREAM_TIMEOUT, error.message());
    };
  }

  private static GatewayException passed(ErrorCode code, int status, UpstreamError error) {
    return GatewayException.ofUpstream(code, status, error.message(), error.param())
        .withUpstreamCode(error.code());
  }
}
