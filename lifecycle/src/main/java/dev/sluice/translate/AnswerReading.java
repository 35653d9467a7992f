package dev.sluice.translate;

import dev.sluice.request.Usage;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseParameters;
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

  @Nullable Usage usage();

  /// What was in force, as far as the upstream said.
  ///
  /// @param own what the request asked for
  ResponseParameters inForce(ResponseParameters own);

  List<JsonObject> output();
}
