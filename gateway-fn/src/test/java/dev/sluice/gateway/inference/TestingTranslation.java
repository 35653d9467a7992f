package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Outcome;
import dev.sluice.translate.AnswerStream;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.EventLog;
import dev.sluice.translate.StreamEnding;
import dev.sluice.translate.Translation;
import dev.sluice.upstream.Model;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A translation that shows what the path does with one: answers have the word under `text`, and
/// each read of a stream is one event, the last of which is `end`.
final class TestingTranslation implements Translation {

  private final ClientCall call;
  private final Model.Target target;

  TestingTranslation(ClientCall call, Model.Target target) {
    this.call = call;
    this.target = target;
  }

  @Override
  public String upstreamPath() {
    return switch (target.upstream().protocol()) {
      case CHAT -> "/chat/completions";
      case RESPONSES -> "/responses";
    };
  }

  @Override
  public byte[] upstreamBody() {
    return Json.write(
        JsonObject.builder()
            .put("model", target.model())
            .put("input", new JsonArray(List.<JsonValue>copyOf(call.input())))
            .put("temperature", 1)
            .build());
  }

  @Override
  public Answer read(JsonDocument answer, Instant at) {
    return answer
        .object()
        .text("text")
        .<Answer>map(
            text -> new Answer.Sound(Outcome.COMPLETED, null, shown("completed", text, at)))
        .orElseGet(() -> new Answer.Invalid("The model server's answer has no text."));
  }

  private byte[] shown(String status, String text, Instant at) {
    return Json.write(
        JsonObject.builder()
            .put("id", call.request().id().text())
            .put("status", status)
            .put("text", text)
            .put("completed_at", at.toString())
            .build());
  }

  static byte[] frame(String type, String data) {
    return "event: %s\ndata: %s\n\n".formatted(type, data).getBytes(UTF_8);
  }

  /// The data of the event that passes a read on.
  static byte[] delta(String text) {
    return Json.write(
        JsonObject.builder()
            .put("type", "response.reasoning_text.delta")
            .put("delta", text)
            .build());
  }

  @Override
  public AnswerStream stream(int maxEventBytes) {
    return new Events();
  }

  private final class Events implements AnswerStream {

    private final List<byte[]> all = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private boolean isOver;

    @Override
    public List<byte[]> open() {
      return List.of(
          told("response.created", new byte[] {'{', '}'}),
          told("response.in_progress", new byte[] {'{', '}'}));
    }

    private byte[] told(String type, byte[] data) {
      byte[] frame = frame(type, new String(data, UTF_8));
      all.add(frame);
      return frame;
    }

    @Override
    public List<byte[]> feed(byte[] bytes) {
      String read = new String(bytes, UTF_8);
      if (read.equals("fault")) {
        throw new IllegalStateException("a fault of a translation");
      }
      if (read.equals("end")) {
        isOver = true;
        return List.of();
      }
      text.append(read);
      return List.of(told("response.reasoning_text.delta", delta(read)));
    }

    @Override
    public boolean isOver() {
      return isOver;
    }

    @Override
    public StreamEnding end(Instant at) {
      return isOver ? ending("completed", null, at) : broken(new TruncatedStream(), at);
    }

    @Override
    public StreamEnding broken(FailureReason reason, Instant at) {
      return ending("failed", reason, at);
    }

    private StreamEnding ending(String status, @Nullable FailureReason failure, Instant at) {
      byte[] body = shown(status, text.toString(), at);
      byte[] last = told("response." + status, body);
      ByteArrayOutputStream log = new ByteArrayOutputStream();
      all.forEach(log::writeBytes);
      return new StreamEnding(
          failure == null ? Outcome.COMPLETED : Outcome.FAILED,
          at,
          failure,
          body,
          null,
          body,
          List.of(last),
          new EventLog(log.toByteArray()));
    }

    @Override
    public byte[] errorFrame(JsonObject error) {
      return frame("error", new String(Json.write(error), UTF_8));
    }
  }
}
