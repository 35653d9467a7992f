package dev.sluice.translate;

import dev.sluice.request.Endpoint;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Calls of one fixed response, and streams read from bytes.
final class TestingStreams {

  static final ResponseId ID =
      new ResponseId(UUID.fromString("019aa000-0000-7000-8000-000000000001"));
  static final ItemIds IDS = ItemIds.ofOutput(ID);
  static final Instant CREATED = Instant.parse("2026-11-21T10:00:00.900Z");
  static final Instant ENDED = Instant.parse("2026-11-21T10:00:02.100Z");
  static final int EVENT_BYTES = 1 << 20;

  private TestingStreams() {}

  static ClientCall call(String body) {
    return call(body, true);
  }

  static ClientCall call(String body, boolean store) {
    RequestData request =
        new RequestData(
            ID,
            new UUID(0, 7),
            "key",
            Endpoint.RESPONSES,
            "alias",
            ServiceTier.DEFAULT,
            true,
            false,
            store,
            CREATED,
            CREATED,
            CREATED,
            false,
            false);
    return new ClientCall(request, document(body), List.of());
  }

  static Translation overChat(String request) {
    return new ResponsesOverChat(call(request), new byte[0]);
  }

  static Translation overResponses(String request) {
    return new ResponsesOverResponses(call(request), new byte[0]);
  }

  static JsonDocument document(String json) {
    return document(json.getBytes(StandardCharsets.UTF_8));
  }

  static JsonDocument document(byte[] json) {
    if (Json.parseUpstream(json) instanceof Json.Parse.Parsed(JsonDocument document)) {
      return document;
    }
    throw new IllegalArgumentException(new String(json, StandardCharsets.UTF_8));
  }

  static JsonObject object(String json) {
    return document(json).object();
  }

  static String text(JsonObject json) {
    return new String(Json.write(json), StandardCharsets.UTF_8);
  }

  /// What came out of one stream: all frames, those of the ending included.
  record Told(List<byte[]> frames, StreamEnding ending) {

    JsonObject response() {
      byte[] body = ending.body();
      return body == null ? JsonObject.EMPTY : document(body).object();
    }

    String transcript() {
      StringBuilder text = new StringBuilder();
      frames.forEach(frame -> text.append(new String(frame, StandardCharsets.UTF_8)));
      return text.toString();
    }
  }

  /// How the upstream's bytes end.
  interface Closing {
    StreamEnding of(AnswerStream stream);
  }

  static final Closing CLOSED = stream -> stream.end(ENDED);

  static Told stream(Translation translation, Iterable<byte[]> chunks, Closing closing) {
    AnswerStream stream = translation.stream(EVENT_BYTES);
    List<byte[]> frames = new ArrayList<>(stream.open());
    for (byte[] chunk : chunks) {
      frames.addAll(stream.feed(chunk));
      if (stream.isOver()) {
        break;
      }
    }
    StreamEnding ending = closing.of(stream);
    frames.addAll(ending.last());
    return new Told(frames, ending);
  }

  static Told stream(Translation translation, String bytes) {
    return stream(translation, List.of(bytes.getBytes(StandardCharsets.UTF_8)), CLOSED);
  }
}
