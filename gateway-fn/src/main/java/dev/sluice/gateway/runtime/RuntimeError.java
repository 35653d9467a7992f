package dev.sluice.gateway.runtime;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// A failure in the form in which runtimes report it: a type as `category.reason`, and
/// `{"errorMessage", "errorType", "stackTrace"}` about what was thrown.
///
/// @param type one of those that AWS's own Java runtime uses
record RuntimeError(String type, Throwable thrown) {

  /// Header of a report, trailer of a streamed answer.
  static final String TYPE = "Lambda-Runtime-Function-Error-Type";

  /// Trailer of a streamed answer: base64.
  static final String BODY = "Lambda-Runtime-Function-Error-Body";

  /// HTTP servers read trailers into small buffers (Go's, of which the Runtime API is made, into 4
  /// KB for all of them). In ASCII and base64 a character may take eight bytes.
  private static final int MAX_TRAILER_MESSAGE = 400;

  private static final int MAX_MESSAGE = 10_000;
  private static final int MAX_FRAMES = 100;

  static RuntimeError ofInit(Throwable thrown) {
    return new RuntimeError("Runtime.BadFunctionCode", thrown);
  }

  static RuntimeError ofInvocation(Throwable thrown) {
    return new RuntimeError("Runtime.UserException", thrown);
  }

  static RuntimeError beforeSnapshot(Throwable thrown) {
    return new RuntimeError("Runtime.BeforeCheckpointError", thrown);
  }

  static RuntimeError afterRestore(Throwable thrown) {
    return new RuntimeError("Runtime.AfterRestoreError", thrown);
  }

  byte[] json() {
    return json(
        MAX_MESSAGE,
        Arrays.stream(thrown.getStackTrace())
            .limit(MAX_FRAMES)
            .<JsonValue>map(frame -> new JsonString(frame.toString()))
            .toList());
  }

  /// The two trailer lines.
  byte[] trailers() {
    String body = Base64.getEncoder().encodeToString(json(MAX_TRAILER_MESSAGE, List.of()));
    return (TYPE + ": " + type + "\r\n" + BODY + ": " + body + "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] json(int maxMessage, List<JsonValue> stackTrace) {
    String message = String.valueOf(thrown.getMessage());
    return Json.writeAscii(
        JsonObject.builder()
            .put("errorMessage", message.substring(0, Math.min(message.length(), maxMessage)))
            .put("errorType", thrown.getClass().getName())
            .put("stackTrace", new JsonArray(stackTrace))
            .build());
  }
}
