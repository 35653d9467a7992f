package dev.sluice.request;

import java.util.Objects;

/// Why a request failed. The set is closed; each reason has a stable label for metrics and for the
/// database.
public sealed interface FailureReason {

  /// The stable snake_case word of metrics, records and rows.
  default String label() {
    return switch (this) {
      case RetriableStatus _ -> "retriable_status";
      case NonRetriableStatus _ -> "non_retriable_status";
      case NetworkError _ -> "network_error";
      case TimedOut _ -> "timed_out";
      case TruncatedStream _ -> "truncated_stream";
      case WorkerLost _ -> "worker_lost";
      case GatewayLost _ -> "gateway_lost";
      case DeadlineExceeded _ -> "deadline_exceeded";
      case RequestRejected _ -> "request_rejected";
      case CallLost _ -> "call_lost";
      case ClientDisconnected _ -> "client_disconnected";
    };
  }

  /// The reason for an upstream status outside 200–299, or for one hidden in a 200.
  static FailureReason ofStatus(int status, String body) {
    return isRetriable(status)
        ? new RetriableStatus(status, body)
        : new NonRetriableStatus(status, body);
  }

  /// 408, 409, 425, 429, 499 and everything from 500 up may succeed when it is tried again.
  static boolean isRetriable(int status) {
    return switch (status) {
      case 408, 409, 425, 429, 499 -> true;
      default -> status >= 500;
    };
  }

  /// The upstream answered with a status that may succeed later.
  ///
  /// @param body the upstream's body as text, cut to 64 KiB
  record RetriableStatus(int status, String body) implements FailureReason {
    public RetriableStatus {
      Objects.requireNonNull(body, "body");
    }
  }

  /// The upstream refused the request itself.
  ///
  /// @param body the upstream's body as text, cut to 64 KiB
  record NonRetriableStatus(int status, String body) implements FailureReason {
    public NonRetriableStatus {
      Objects.requireNonNull(body, "body");
    }
  }

  /// No connection, or it broke.
  ///
  /// @param kind a stable word such as `connect`, `tls`, `reset`, `protocol`, `too_large`
  /// @param message our own sentence, never a peer's text
  record NetworkError(String kind, String message) implements FailureReason {}

  /// @param phase `connect`, `first_byte`, `idle` or `total`
  record TimedOut(String phase) implements FailureReason {}

  /// The stream ended before its finish, or was not a stream.
  record TruncatedStream() implements FailureReason {}

  record WorkerLost() implements FailureReason {}

  /// A presumption, not an outcome: it gives way to the real record.
  record GatewayLost() implements FailureReason {}

  record DeadlineExceeded() implements FailureReason {}

  /// @param message our own sentence
  record RequestRejected(String message) implements FailureReason {}

  /// The task that ran the call threw or was interrupted.
  ///
  /// @param message our own sentence
  record CallLost(String message) implements FailureReason {}

  record ClientDisconnected() implements FailureReason {}
}
