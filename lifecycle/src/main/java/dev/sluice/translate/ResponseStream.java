package dev.sluice.translate;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.List;

/// A streamed Response, whatever the protocol of its upstream. For use by one thread.
final class ResponseStream implements AnswerStream {

  private final ResponseDraft draft;
  private final EventFrames frames;
  private final AnswerReading reading;
  private final UpstreamEvents upstream;
  private boolean isSettled;
  private int unsent;

  /// @param reading writes to these frames
  ResponseStream(ClientCall call, EventFrames frames, AnswerReading reading, int maxEventBytes) {
    this.draft = ResponseDraft.of(call);
    this.frames = frames;
    this.reading = reading;
    this.upstream = new UpstreamEvents(maxEventBytes);
  }

  @Override
  public List<byte[]> open() {
    JsonObject event = JsonObject.builder().put("response", draft.inProgress()).build();
    frames.add("response.created", event);
    frames.add("response.in_progress", event);
    return sent();
  }

  @Override
  public List<byte[]> feed(byte[] bytes) {
    upstream.feed(bytes, document -> reading.take(document.object(), upstream));
    if (upstream.isOver()) {
      settle();
    }
    return sent();
  }

  /// From here on an event carries the number of the first that the client does not have.
  private List<byte[]> sent() {
    unsent = frames.next();
    return frames.take();
  }

  @Override
  public boolean isOver() {
    return upstream.isOver();
  }

  @Override
  public StreamEnding end(Instant at) {
    upstream.close();
    return ending(at);
  }

  @Override
  public StreamEnding broken(FailureReason reason, Instant at) {
    upstream.breakOff(reason);
    return ending(at);
  }

  /// Ends the items. Only an answer whose end has come is whole.
  private void settle() {
    if (isSettled) {
      return;
    }
    isSettled = true;
    if (finish() == FinishReason.BROKEN) {
      upstream.fail(new TruncatedStream());
    }
    reading.end(finish());
  }

  private FinishReason finish() {
    return upstream.failure() == null ? reading.finish() : FinishReason.BROKEN;
  }

  private StreamEnding ending(Instant at) {
    settle();
    FinishReason finish = finish();
    JsonObject response = draft.ended(reading, upstream.failure(), at);
    frames.add(
        "response." + finish.outcome().text(),
        JsonObject.builder().put("response", response).build());
    return new StreamEnding(
        finish.outcome(),
        at,
        upstream.failure(),
        upstream.error(),
        reading.usage(),
        Json.write(response),
        frames.take(),
        frames.log());
  }

  @Override
  public byte[] errorFrame(JsonObject error) {
    return ErrorEvent.frame(unsent, error);
  }
}
