package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.wire.JsonDocument;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How one request is put to one upstream, and how the answers of that upstream become the answers
/// of the endpoint that the client called: one implementation per pair of endpoint and protocol.
///
/// Pure: no I/O, no clock, no randomness. The same call and the same upstream bytes give the same
/// result. Safe for use by several threads, apart from the streams that it opens.
public interface Translation {

  /// The path of the upstream call below the upstream's base, such as `/chat/completions`.
  String upstreamPath();

  /// The body of the upstream call.
  byte[] upstreamBody();

  /// Reads a complete answer: the JSON object of a 2xx that hides no error.
  ///
  /// @param at when the answer was complete, shown as `completed_at`
  Answer read(JsonDocument answer, Instant at);

  /// Opens the reading of a streamed answer.
  ///
  /// @param maxEventBytes a larger event of the upstream fails the stream
  AnswerStream stream(int maxEventBytes);

  /// Opens the reading of a streamed answer that nobody sees grow: only its ending counts, and what
  /// else it gives means nothing.
  ///
  /// @param maxEventBytes as for [#stream]
  default AnswerStream assembly(int maxEventBytes) {
    return stream(maxEventBytes);
  }

  /// What a complete answer amounts to.
  sealed interface Answer {

    /// An answer, cut by a limit or not.
    ///
    /// @param outcome completed or incomplete
    /// @param body the JSON that the client gets and the row keeps
    @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares answers by value
    record Sound(Outcome outcome, @Nullable Usage usage, byte[] body) implements Answer {}

    /// Not an answer of this endpoint.
    ///
    /// @param why our own sentence for the client
    record Invalid(String why) implements Answer {}
  }
}
