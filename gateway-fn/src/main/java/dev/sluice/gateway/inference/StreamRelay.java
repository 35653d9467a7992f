package dev.sluice.gateway.inference;

import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.translate.AnswerStream;
import dev.sluice.translate.StreamEnding;
import dev.sluice.upstream.UpstreamBody;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// Passes a stream on, event by event, until the upstream has said everything. The end that the
/// client may see is not written here: it waits for the record.
///
/// A client that has left changes nothing: the rest is read for the record. For use by one thread.
final class StreamRelay {

  private final AnswerStream stream;
  private final EventWriter client;
  private final Admission admission;
  private final InstantSource clock;
  private final Duration keepAlive;
  private Deadline silence;

  /// @param keepAlive a client that has heard nothing for so long gets a comment
  StreamRelay(
      AnswerStream stream,
      EventWriter client,
      Admission admission,
      InstantSource clock,
      Duration keepAlive) {
    this.stream = stream;
    this.client = client;
    this.admission = admission;
    this.clock = clock;
    this.keepAlive = keepAlive;
    this.silence = silence();
  }

  StreamEnding relay(UpstreamBody body) {
    stream.open().forEach(this::write);
    while (!stream.isOver()) {
      switch (body.next(silence.remaining())) {
        case UpstreamBody.Read.Bytes(byte[] bytes) -> pass(stream.feed(bytes));
        case UpstreamBody.Read.Silence _ -> keepAlive();
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

  private void pass(List<byte[]> frames) {
    frames.forEach(this::write);
    if (silence.hasPassed()) {
      // The upstream was not silent, but nothing of it was for the client.
      keepAlive();
    }
  }

  private void keepAlive() {
    client.keepAlive();
    silence = silence();
  }

  private void write(byte[] frame) {
    client.write(frame);
    silence = silence();
  }

  private Deadline silence() {
    return Deadline.in(keepAlive, admission.end().nanoClock());
  }
}
