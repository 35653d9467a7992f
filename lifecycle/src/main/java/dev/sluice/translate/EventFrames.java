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

  private final boolean isDiscarding;
  private final boolean isLogged;
  private final List<byte[]> waiting = new ArrayList<>();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private int next;

  private EventFrames(boolean isDiscarding, boolean isLogged) {
    this.isDiscarding = isDiscarding;
    this.isLogged = isLogged;
  }

  /// To be sent, and kept in [#log].
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

  /// @param members all but `type` and `sequence_number`
  void add(String type, JsonObject members) {
    if (isDiscarding) {
      return;
    }
    byte[] frame = frame(type, next, members);
    next++;
    waiting.add(frame);
    if (isLogged) {
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

  /// All frames so far; null when they are not logged.
  @Nullable EventLog log() {
    return isLogged ? new EventLog(log.toByteArray()) : null;
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
