package dev.sluice.local;

import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a reply is written: the objects of one of OpenAI's endpoints.
interface DemoForm {

  /// One event of a stream.
  ///
  /// @param name null in a stream whose events have none
  record Frame(@Nullable String name, String data) {

    static final Frame DONE = new Frame(null, "[DONE]");

    static Frame of(JsonObject data) {
      return new Frame(data.text("type").orElse(null), DemoJson.text(data));
    }
  }

  /// The answer that is not streamed.
  JsonObject whole();

  /// What begins a stream.
  List<Frame> opening();

  /// One event for each token of the reply.
  List<Frame> deltas();

  /// What ends a stream after all tokens.
  List<Frame> closing();

  /// An error after so many tokens, with what ends the stream.
  List<Frame> failing(int tokens);
}
