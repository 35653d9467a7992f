package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem.Status;
import java.util.List;

/// Tells a response that is over as if it were streamed now. The same object gives the same frames,
/// so that a sequence number is a cursor into them.
public final class ResponseReplay {

  private ResponseReplay() {}

  /// The frames of all events, without the final `[DONE]`.
  ///
  /// @param response a Response object as it is shown to its owner, in its final state; for a
  ///   canceled one, which no event tells of, the last event is that of a failure
  /// @throws IllegalArgumentException when it still runs
  public static List<byte[]> frames(JsonObject response) {
    return frames(response, response);
  }

  /// As [#frames(JsonObject)], for a stream whose opening may have been sent before the end was
  /// known.
  ///
  /// @param begun the same Response object while it was in the making: what the upstream says was
  ///   in force may differ from it
  public static List<byte[]> frames(JsonObject begun, JsonObject response) {
    String status = response.text("status").orElse("");
    Outcome outcome =
        switch (status) {
          case "completed" -> Outcome.COMPLETED;
          case "incomplete" -> Outcome.INCOMPLETE;
          case "failed", "cancelled" -> Outcome.FAILED;
          default -> throw new IllegalArgumentException("A response is not over: " + status);
        };
    EventFrames frames = EventFrames.sent();
    open(frames, begun);
    ResponseEvents events = new ResponseEvents(frames);
    for (JsonValue item : response.items("output")) {
      if (item instanceof JsonObject object) {
        tell(events, object);
      }
    }
    frames.add(
        "response." + outcome.text(), JsonObject.builder().put("response", response).build());
    return frames.take();
  }

  /// The first frames of [#frames(JsonObject, JsonObject)], which tell nothing of the answer.
  ///
  /// @param response in any state
  public static List<byte[]> opening(JsonObject response) {
    EventFrames frames = EventFrames.sent();
    open(frames, response);
    return frames.take();
  }

  private static void open(EventFrames frames, JsonObject response) {
    JsonObject begun = JsonObject.builder().put("response", begun(response)).build();
    frames.add("response.created", begun);
    frames.add("response.in_progress", begun);
  }

  private static void tell(ResponseEvents events, JsonObject item) {
    OpenItem open = events.begin(item.text("id").orElse(""), item.text("call_id").orElse(""), item);
    open.complete(item);
    open.close(
        item.text("status").orElse("").equals("incomplete") ? Status.INCOMPLETE : Status.COMPLETED);
  }

  private static JsonObject begun(JsonObject response) {
    return response.toBuilder()
        .put("status", "in_progress")
        .put("completed_at", JsonNull.NULL)
        .put("error", JsonNull.NULL)
        .put("incomplete_details", JsonNull.NULL)
        .put("output", JsonArray.EMPTY)
        .put("usage", JsonNull.NULL)
        .put("x_sluice", begunExtension(response))
        .build();
  }

  private static JsonObject begunExtension(JsonObject response) {
    return response.object("x_sluice").orElse(JsonObject.EMPTY).toBuilder()
        .remove("failure")
        .remove("attempts")
        .build();
  }
}
