package dev.sluice.priming;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/// The sending side of SQS, as its client speaks to it (Amazon SQS API reference, "SendMessage",
/// AWS JSON protocol): each message is acknowledged and forgotten.
final class LoopbackQueue {

  private LoopbackQueue() {}

  static LoopbackHttp.Answer answer(LoopbackHttp.Request request) {
    String message = Json.objectOrEmpty(request.body()).text("MessageBody").orElse("");
    return new LoopbackHttp.Answer(
        200,
        Map.of("Content-Type", "application/x-amz-json-1.0"),
        Json.write(
            JsonObject.builder()
                .put("MessageId", "00000000-0000-0000-0000-000000000000")
                .put("MD5OfMessageBody", md5(message))
                .build()));
  }

  /// The client compares it with its own.
  private static String md5(String message) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      return HexFormat.of().formatHex(digest.digest(message.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has MD5", e);
    }
  }
}
