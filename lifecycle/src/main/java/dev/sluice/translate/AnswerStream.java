package dev.sluice.translate;

import dev.sluice.request.FailureReason;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.List;

/// A streamed answer on its way from the upstream to the client: each event of the upstream becomes
/// events of the client, and all of them together become what is stored. For use by one thread.
///
/// Every frame is one complete server-sent event, LF only, to be sent in one write.
public interface AnswerStream {

  /// The frames that the client gets before anything of the upstream's answer. Called once, first.
  List<byte[]> open();

  /// Takes the next bytes of the upstream, cut anywhere, and gives the frames that they complete.
  List<byte[]> feed(byte[] bytes);

  /// True when nothing more is to be read: the upstream said so, or the stream has failed.
  boolean isOver();

  /// The end, after the upstream closed the stream or [#isOver].
  ///
  /// @param at when the answer ended, shown as `completed_at`
  StreamEnding end(Instant at);

  /// The end, when the upstream's connection failed.
  StreamEnding broken(FailureReason reason, Instant at);

  /// An error in the form of this stream, for a fault that its own events cannot tell.
  ///
  /// @param error the object under `error` in the public envelope
  byte[] errorFrame(JsonObject error);
}
