package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonArray;
import java.time.Instant;

/// `POST /v1/responses` on an upstream that speaks Responses itself, well or badly: ids, numbers
/// and everything that a client may rely on are ours.
///
/// @param upstreamBody the request in the upstream's words
@SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares translations by value
public record ResponsesOverResponses(ClientCall call, byte[] upstreamBody) implements Translation {

  @Override
  public String upstreamPath() {
    return "/responses";
  }

  @Override
  public Answer read(JsonDocument answer, Instant at) {
    if (!(answer.object().get("output") instanceof JsonArray)) {
      return new Answer.Invalid("The model server's answer has no output.");
    }
    ResponsesReading reading = new ResponsesReading(call, EventFrames.discarded());
    reading.takeWhole(answer.object());
    FinishReason finish = reading.finish();
    if (finish.outcome() == Outcome.FAILED) {
      return new Answer.Invalid(
          "The model server ended its answer with an error, or without an end.");
    }
    reading.end(finish);
    return new Answer.Sound(
        finish.outcome(),
        reading.usage(),
        Json.write(ResponseDraft.of(call).ended(reading, null, at)));
  }

  @Override
  public AnswerStream stream(int maxEventBytes) {
    EventFrames frames = EventFrames.of(call.request());
    return new ResponseStream(call, frames, new ResponsesReading(call, frames), maxEventBytes);
  }
}
