package dev.sluice.translate;

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
    return reading.answer(call, at);
  }

  @Override
  public AnswerStream stream(int maxEventBytes) {
    return stream(EventFrames.of(call.request()), maxEventBytes);
  }

  @Override
  public AnswerStream assembly(int maxEventBytes) {
    return stream(EventFrames.discarded(), maxEventBytes);
  }

  private AnswerStream stream(EventFrames frames, int maxEventBytes) {
    return new ResponseStream(call, frames, new ResponsesReading(call, frames), maxEventBytes);
  }
}
