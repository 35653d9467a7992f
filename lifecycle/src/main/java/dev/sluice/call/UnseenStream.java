package dev.sluice.call;

import dev.sluice.request.FailureReason;
import dev.sluice.translate.AnswerStream;
import dev.sluice.translate.StreamEnding;
import dev.sluice.upstream.UpstreamBody;
import dev.sluice.upstream.UpstreamResult.Answered;
import java.time.Duration;
import java.time.InstantSource;

/// Reads a stream to its end when no client sees it grow.
final class UnseenStream {

  /// Nobody waits for a sign of life: the limits of the call end it.
  private static final Duration PATIENCE = Duration.ofDays(1);

  private UnseenStream() {}

  static Ending read(AnswerStream stream, Answered head, InstantSource clock) {
    StreamEnding ended = read(stream, head.body(), clock);
    head.body().drain();
    return new Ending(
        ended.outcome(),
        ended.at(),
        head.status(),
        ended.failure(),
        ended.usage(),
        ended.body(),
        Ending.JSON,
        null);
  }

  private static StreamEnding read(AnswerStream stream, UpstreamBody body, InstantSource clock) {
    var _ = stream.open();
    while (!stream.isOver()) {
      switch (body.next(PATIENCE)) {
        case UpstreamBody.Read.Bytes(byte[] bytes) -> {
          var _ = stream.feed(bytes);
        }
        case UpstreamBody.Read.Silence _ -> {
          // The limits of the call end it, not our patience.
        }
        case UpstreamBody.Read.End _ -> {
          return stream.end(clock.instant());
        }
        case UpstreamBody.Read.Broken(FailureReason reason) -> {
          return stream.broken(reason, clock.instant());
        }
      }
    }
    return stream.end(clock.instant());
  }
}
