package dev.sluice.translate;

import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.RequestData;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A streamed Response told as a chat stream. The chunk with the finish reason waits for the record
/// of the answer, as everything does that says an answer is whole. For use by one thread.
final class ChatOverResponsesStream implements AnswerStream {

  private static final byte[] DATA = "\ndata: ".getBytes(StandardCharsets.US_ASCII);

  private final RequestData request;
  private final AnswerStream response;
  private final ChatDeltas deltas;

  /// @param response the same answer as events of Responses
  ChatOverResponsesStream(RequestData request, AnswerStream response, ChatDeltas deltas) {
    this.request = request;
    this.response = response;
    this.deltas = deltas;
  }

  /// The role, which is known before the model server says it.
  @Override
  public List<byte[]> open() {
    List<byte[]> frames = new ArrayList<>(chunks(response.open()));
    frames.addFirst(deltas.begin());
    return List.copyOf(frames);
  }

  @Override
  public List<byte[]> feed(byte[] bytes) {
    return chunks(response.feed(bytes));
  }

  @Override
  public boolean isOver() {
    return response.isOver();
  }

  @Override
  public StreamEnding end(Instant at) {
    return ending(response.end(at));
  }

  @Override
  public StreamEnding broken(FailureReason reason, Instant at) {
    return ending(response.broken(reason, at));
  }

  @Override
  public byte[] errorFrame(JsonObject error) {
    return ChatStream.frame(Json.write(JsonObject.builder().put("error", error).build()));
  }

  private StreamEnding ending(StreamEnding whole) {
    byte[] body = whole.body();
    JsonObject told = Json.objectOrEmpty(body == null ? new byte[0] : body);
    List<byte[]> last = new ArrayList<>(chunks(whole.last()));
    if (whole.outcome() == Outcome.FAILED) {
      last.clear(); // A failure is told by an error frame.
    } else {
      last.addAll(deltas.end(told));
    }
    return new StreamEnding(
        whole.outcome(),
        whole.at(),
        whole.failure(),
        whole.error(),
        whole.usage(),
        stored(told, whole.error()),
        last,
        null);
  }

  private byte @Nullable [] stored(JsonObject told, byte @Nullable [] error) {
    return told.items("output").isEmpty() && told.text("status").orElse("").equals("failed")
        ? error
        : Json.write(ResponseAsCompletion.of(request, told, deltas.isLegacy()));
  }

  private List<byte[]> chunks(List<byte[]> events) {
    return events.stream()
        .flatMap(event -> deltas.of(Json.objectOrEmpty(data(event))).stream())
        .toList();
  }

  /// The data of a frame, which has an `event:` line before it.
  private static byte[] data(byte[] frame) {
    int start = 0;
    while (!Arrays.equals(frame, start, start + DATA.length, DATA, 0, DATA.length)) {
      start++;
    }
    return Arrays.copyOfRange(frame, start + DATA.length, frame.length);
  }
}
