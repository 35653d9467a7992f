package dev.sluice.translate;

import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;

/// `POST /v1/responses` on an upstream that speaks Chat Completions.
///
/// @param upstreamBody the request in the upstream's words
@SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares translations by value
public record ResponsesOverChat(ClientCall call, byte[] upstreamBody) implements Translation {

  @Override
  public String upstreamPath() {
    return "/chat/completions";
  }

  @Override
  public Answer read(JsonDocument answer, Instant at) {
    boolean hasMessage = false;
    for (JsonValue choice : answer.object().items("choices")) {
      hasMessage |= choice instanceof JsonObject object && object.object("message").isPresent();
    }
    if (!hasMessage) {
      return new Answer.Invalid("The model server's answer has no choices.");
    }
    ChatReading reading = new ChatReading(call, EventFrames.discarded());
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
    return new ResponseStream(call, frames, new ChatReading(call, frames), maxEventBytes);
  }
}
