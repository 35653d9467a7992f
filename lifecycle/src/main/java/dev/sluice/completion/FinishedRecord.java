package dev.sluice.completion;

import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An upstream call, or the last of several, has ended.
///
/// @param status the upstream's own HTTP status, null when it gave none
/// @param failure why it failed; present exactly when the outcome is failed
/// @param timeToFirstByteMillis from accepting the request to the first byte of the upstream's body
/// @param attempts all upstream calls of the request, in order
/// @param response the answer as the client got it, or the upstream's error body; null when nothing
///   is to be stored
/// @param events the frames of a streamed response, see [dev.sluice.translate.EventLog]; null when
///   there are none or nothing is to be stored
public record FinishedRecord(
    Head head,
    Outcome outcome,
    @Nullable Integer status,
    @Nullable FailureReason failure,
    boolean clientDisconnected,
    @Nullable Long timeToFirstByteMillis,
    Instant completedAt,
    @Nullable Usage usage,
    List<Attempt> attempts,
    @Nullable RecordBody response,
    @Nullable RecordBody events)
    implements CompletionRecord {

  public FinishedRecord {
    attempts = List.copyOf(attempts);
    if ((outcome == Outcome.FAILED) != (failure != null)) {
      throw new IllegalArgumentException(
          "A failed record, and no other, says why: " + head.requestId());
    }
    if (outcome != Outcome.FAILED && status == null) {
      throw new IllegalArgumentException("A completed record has a status: " + head.requestId());
    }
  }

  /// The same record with its bodies kept elsewhere, fetched from there, or gone for good.
  public FinishedRecord with(@Nullable RecordBody body, @Nullable RecordBody frames) {
    return new FinishedRecord(
        head,
        outcome,
        status,
        failure,
        clientDisconnected,
        timeToFirstByteMillis,
        completedAt,
        usage,
        attempts,
        body,
        frames);
  }

  /// One upstream call.
  ///
  /// @param upstreamModel the upstream's own name of the model; null in records of older code
  /// @param status the upstream's status, null when it gave none
  /// @param error the label of the failure, null when it succeeded
  public record Attempt(
      UUID attemptId,
      String upstream,
      @Nullable String upstreamModel,
      Instant startedAt,
      Instant finishedAt,
      @Nullable Integer status,
      @Nullable String error) {}
}
