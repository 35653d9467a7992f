package dev.sluice.translate;

import dev.sluice.request.Endpoint;
import dev.sluice.request.RequestData;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers the events of one response and puts each into a frame. For use by one thread.
final class EventFrames {

  /// How large a log may grow. Events repeat their text up to five times, so a long answer would
  /// otherwise fill the memory of its function; beyond this its replay is made from the stored
  /// object.
  private static final int MAX_LOG_BYTES = 16 * 1024 * 1024;

  private final boolean isDiscarding;
  private final List<byte[]> waiting = new ArrayList<>();
  private @Nullable ByteArrayOutputStream log;
  private int next;

  private EventFrames(boolean isDiscarding, boolean isLogged) {
    this.isDiscarding = isDiscarding;
    this.log = isLogged ? new ByteArrayOutputStream() : null;
  }

  /// To be sent, and kept in [#log] as long as they fit.
  static EventFrames logged() {
    return new EventFrames(false, true);
  }

  /// To be sent and forgotten.
  static EventFrames sent() {
    return new EventFrames(false, false);
  }

  /// For a live answer: what is not stored has no log, and a chat client never saw these events.
  static EventFrames of(RequestData request) {
    return request.store() && request.endpoint() == Endpoint.RESPONSES ? logged() : sent();
  }

  /// For an answer that nobody sees grow.
  static EventFrames discarded() {
    return new EventFrames(true, false);
  }

  /// Whether nobody has been told of anything.
  boolean isDiscarding() {
    return isDiscarding;
  }

  /// @param members all but `type` and `sequence_number`
  void add(String type, JsonObject members) {
    if (isDiscarding) {
      return;
    }
    byte[] frame = frame(type, next, members);
    next++;
    waiting.add(frame);
    log(frame);
  }

  private void log(byte[] frame) {
    if (log == null) {
      return;
    }
    if (log.size() + frame.length > MAX_LOG_BYTES) {
      log = null;
    } else {
      log.writeBytes(frame);
    }
  }

  /// The number that the next event gets.
  int next() {
    return next;
  }

  /// The frames since the last call.
  List<byte[]> take() {
    List<byte[]> frames = List.copyOf(waiting);
    waiting.clear();
    return frames;
  }

  /// All frames so far; null when they are not logged, or are too many.
  @Nullable EventLog log() {
    return log == null ? null : new EventLog(log.toByteArray());
  }

  static byte[] frame(String type, int sequence, JsonObject members) {
    JsonObject.Builder json =
        JsonObject.builder().put("type", type).put("sequence_number", sequence);
    members.members().forEach(json::put);
    byte[] data = Json.write(json.build());
    ByteArrayOutputStream frame = new ByteArrayOutputStream(data.length + type.length() + 18);
    frame.writeBytes(("event: " + type + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
    frame.writeBytes(data);
    frame.write('\n');
    frame.write('\n');
    return frame.toByteArray();
  }
}
