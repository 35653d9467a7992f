package dev.sluice.translate;

import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a stream ended, and what it amounted to.
///
/// @param at the instant that the stored object shows, and the record must
/// @param failure present exactly when the outcome is failed
/// @param error the bytes of the upstream's own error, when a failure is one
/// @param body what is stored as the answer: the assembled object, or the upstream's error; null
///   when there is nothing
/// @param last the frames that complete the answer and wait for its record, without the final
///   `[DONE]`; empty where `[DONE]` itself is the end, and then a failure is told by an error frame
/// @param events every frame that the client got, `last` included; null where the stored answer
///   tells the same, or where they are too large to be kept
@SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares endings by value
public record StreamEnding(
    Outcome outcome,
    Instant at,
    @Nullable FailureReason failure,
    byte @Nullable [] error,
    @Nullable Usage usage,
    byte @Nullable [] body,
    List<byte[]> last,
    @Nullable EventLog events) {

  public StreamEnding {
    last = List.copyOf(last);
  }
}
