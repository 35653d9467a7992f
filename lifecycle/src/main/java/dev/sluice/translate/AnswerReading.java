package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseParameters;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the answer of one upstream protocol becomes the output of a Response. For use by one thread.
interface AnswerReading {

  /// Takes the next event of a streamed answer.
  ///
  /// @param upstream is told when the event ends the stream
  void take(JsonObject event, UpstreamEvents upstream);

  /// How the answer ended; broken as long as its end has not come.
  FinishReason finish();

  /// Ends what is open, once, for whatever reason.
  void end(FinishReason finish);

  /// The answer that was taken, when it was not streamed. Ends what is open.
  ///
  /// @param at when it came
  default Translation.Answer answer(ClientCall call, Instant at) {
    FinishReason finish = finish();
    if (finish.outcome() == Outcome.FAILED) {
      return new Translation.Answer.Invalid(
          "The model server ended its answer with an error, or without an end.");
    }
    end(finish);
    return new Translation.Answer.Sound(
        finish.outcome(), usage(), Json.write(ResponseDraft.of(call).ended(this, null, at)));
  }

  @Nullable Usage usage();

  /// What was in force, as far as the upstream said.
  ///
  /// @param own what the request asked for
  ResponseParameters inForce(ResponseParameters own);

  List<JsonObject> output();
}
