package dev.sluice.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a caller may learn of an error status of a model server: the one table that decides which
/// errors are the caller's to correct, and which belong to the operator and are told without the
/// server's text.
///
/// @param status the server's own status
/// @param message never empty, never a text that only concerns the operator
/// @param code the server's own word, where the caller may see it
/// @param param the field at fault, where the caller may see it
public record UpstreamError(
    Kind kind, int status, String message, @Nullable String code, @Nullable String param) {

  /// What kind of error it is to the caller.
  public enum Kind {
    /// The caller can correct it: 400, 422 and other refusals of the request itself.
    REJECTED,
    /// The request names something that the server does not have: 404, 410.
    NOT_FOUND,
    /// 413.
    TOO_LARGE,
    /// 429.
    RATE_LIMITED,
    /// 408: the server gave up waiting.
    TIMED_OUT,
    /// 503: it says so itself and may say for how long.
    OVERLOADED,
    /// Its own fault, or the operator's account with it.
    UNAVAILABLE,
    /// A status that is no answer to such a call, such as a redirect.
    INVALID_ANSWER
  }

  public UpstreamError {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(message, "message");
  }

  /// Reads an answer whose status is not 2xx, or the status hidden in one that is. Never throws.
  ///
  /// @param contentType as the server sent it; empty when it did not
  public static UpstreamError of(int status, byte[] body, String contentType) {
    Kind kind = kind(status);
    return isOperatorsOwn(status)
        ? new UpstreamError(
            kind, status, "The model server refused the gateway's own access.", null, null)
        : of(kind, status, UpstreamErrorBody.unwrap(status, body, contentType));
  }

  private static UpstreamError of(Kind kind, int status, UpstreamErrorBody body) {
    return switch (kind) {
      case REJECTED, NOT_FOUND, TOO_LARGE, RATE_LIMITED ->
          new UpstreamError(kind, status, body.message(), body.code(), body.param());
      case OVERLOADED, UNAVAILABLE -> new UpstreamError(kind, status, body.message(), null, null);
      case TIMED_OUT ->
          new UpstreamError(kind, status, "The model server did not answer in time.", null, null);
      case INVALID_ANSWER ->
          new UpstreamError(
              kind, status, "The model server answered with status " + status + ".", null, null);
    };
  }

  private static Kind kind(int status) {
    return switch (status) {
      case 404, 410 -> Kind.NOT_FOUND;
      case 408 -> Kind.TIMED_OUT;
      case 413 -> Kind.TOO_LARGE;
      case 429 -> Kind.RATE_LIMITED;
      case 503 -> Kind.OVERLOADED;
      case 400, 409, 415, 422 -> Kind.REJECTED;
      default -> otherKind(status);
    };
  }

  private static Kind otherKind(int status) {
    if (isOperatorsOwn(status) || status >= 500) {
      return Kind.UNAVAILABLE;
    }
    return status >= 400 ? Kind.REJECTED : Kind.INVALID_ANSWER;
  }

  /// Access, method, protocol and proxy problems: the caller cannot help them, and the text may
  /// name the operator's account.
  private static boolean isOperatorsOwn(int status) {
    return switch (status) {
      case 401, 402, 403, 405, 406, 407, 421, 426, 431, 451 -> true;
      default -> false;
    };
  }
}
