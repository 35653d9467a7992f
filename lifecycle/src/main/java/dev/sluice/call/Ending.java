package dev.sluice.call;

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
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.translate.EventLog;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How the upstream call of a request ended, as the row will say it.
///
/// @param at when the answer ended, as it shows itself
/// @param status the upstream's own, null when it gave none
/// @param failure present exactly when the outcome is failed
/// @param body the answer as the client gets it, or what the upstream sent instead; null when there
///   is nothing
/// @param events what a stream told that its body does not; null when there is nothing
@SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares endings by value
public record Ending(
    Outcome outcome,
    Instant at,
    @Nullable Integer status,
    @Nullable FailureReason failure,
    @Nullable Usage usage,
    byte @Nullable [] body,
    String contentType,
    @Nullable EventLog events) {

  public static final String JSON = "application/json";

  /// Of a body whose upstream named no type, or one that no column takes.
  private static final String UNKNOWN = "application/octet-stream";

  private static final int MAX_TYPE_LENGTH = 256;

  /// A call that failed before it had a body.
  public static Ending failed(Instant at, @Nullable Integer status, FailureReason failure) {
    return new Ending(Outcome.FAILED, at, status, failure, null, null, JSON, null);
  }

  public static Ending failed(
      Instant at,
      @Nullable Integer status,
      FailureReason failure,
      byte[] body,
      String contentType) {
    boolean isUsable = !contentType.isBlank() && contentType.length() <= MAX_TYPE_LENGTH;
    return new Ending(
        Outcome.FAILED,
        at,
        status,
        failure,
        null,
        body.length == 0 ? null : body,
        isUsable ? contentType : UNKNOWN,
        null);
  }

  /// The same of a call that was aborted: what failed because of that is a lost call. An answer
  /// that had ended before, well or badly, is none the less one.
  Ending whenAborted() {
    return switch (failure) {
      case null -> this;
      case RetriableStatus _, NonRetriableStatus _, RequestRejected _ -> this;
      case NetworkError _,
          TimedOut _,
          TruncatedStream _,
          WorkerLost _,
          GatewayLost _,
          DeadlineExceeded _,
          CallLost _,
          ClientDisconnected _ ->
          new Ending(
              outcome,
              at,
              status,
              new CallLost("The call was ended before its answer was complete."),
              usage,
              body,
              contentType,
              events);
    };
  }

  /// The word of attempts and logs; null when nothing failed.
  public @Nullable String label() {
    return failure == null ? null : failure.label();
  }
}
