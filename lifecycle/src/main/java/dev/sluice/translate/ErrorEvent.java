package dev.sluice.translate;

import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import java.util.Objects;

/// The event that ends a stream of a response whose own events cannot tell what went wrong.
public final class ErrorEvent {

  private ErrorEvent() {}

  /// OpenAI's clients read the members at the top, those of Open Responses the nested ones.
  ///
  /// @param sequence of the event that would have come next
  /// @param error the object under `error` in the public envelope
  public static byte[] frame(int sequence, JsonObject error) {
    JsonObject.Builder event = JsonObject.builder();
    for (String name : List.of("code", "message", "param")) {
      event.put(name, Objects.requireNonNullElse(error.get(name), JsonNull.NULL));
    }
    return EventFrames.frame("error", sequence, event.put("error", error).build());
  }
}
