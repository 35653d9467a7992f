package dev.sluice.upstream;

import dev.sluice.request.FailureReason;
import java.io.ByteArrayOutputStream;
import java.time.Duration;

/// The body of an answer, read piece by piece as it arrives.
public interface UpstreamBody {

  /// Waits for the next piece.
  ///
  /// @param patience how long the reader is content with silence; the limits of the call hold all
  ///   the same
  Read next(Duration patience);

  /// One read.
  sealed interface Read {

    /// @param bytes never empty; the reader owns the array
    @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares reads by value
    record Bytes(byte[] bytes) implements Read {}

    /// The body is complete.
    record End() implements Read {}

    /// Nothing arrived for as long as the reader had patience; the call goes on.
    record Silence() implements Read {}

    /// The rest will never come. The connection is closed.
    ///
    /// @param reason a [FailureReason.TimedOut] of phase `idle` or `total`, a
    ///   [FailureReason.NetworkError] of kind `reset` or `too_large`, or a [FailureReason.CallLost]
    record Broken(FailureReason reason) implements Read {}
  }

  /// What a body was once all of it was waited for.
  sealed interface Whole {

    @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares bodies by value
    record Complete(byte[] bytes) implements Whole {}

    /// @param received what had arrived
    /// @param reason as in [Read.Broken]
    @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares bodies by value
    record Incomplete(byte[] received, FailureReason reason) implements Whole {}
  }

  /// How long [#drain] waits for each piece: the last one of an answer comes with its end, or right
  /// after it.
  Duration TRAILING = Duration.ofMillis(20);

  /// How many pieces [#drain] reads.
  int MAX_TRAILING_READS = 16;

  /// Reads what follows the end that the answer itself has told, so that the connection can be used
  /// again. A server that does not end its body promptly loses the connection instead.
  default void drain() {
    for (int reads = 0; reads < MAX_TRAILING_READS; reads++) {
      if (!(next(TRAILING) instanceof Read.Bytes)) {
        return;
      }
    }
  }

  /// Reads to the end.
  default Whole readAll() {
    ByteArrayOutputStream all = new ByteArrayOutputStream(8_192);
    while (true) {
      switch (next(Duration.ofDays(1))) {
        case Read.Bytes(byte[] bytes) -> all.writeBytes(bytes);
        case Read.Silence _ -> {
          // The limits of the call end it, not our patience.
        }
        case Read.End _ -> {
          return new Whole.Complete(all.toByteArray());
        }
        case Read.Broken(FailureReason reason) -> {
          return new Whole.Incomplete(all.toByteArray(), reason);
        }
      }
    }
  }
}
