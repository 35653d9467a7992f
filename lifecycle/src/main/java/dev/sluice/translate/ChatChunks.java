package dev.sluice.translate;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;

/// Writes the chunks of a chat stream, each as one frame.
///
/// @param head the members that every chunk begins with: id, model and what else names the answer
/// @param usage whether the client asked for usage: then each chunk has the key, and the last one
///   the counts
record ChatChunks(JsonObject head, boolean usage) {

  /// A piece of one choice.
  byte[] delta(long choice, JsonObject delta) {
    return delta(choice, delta, JsonNull.NULL);
  }

  /// @param logprobs those of the words in the delta
  byte[] delta(long choice, JsonObject delta, JsonValue logprobs) {
    return choice(choice, delta, logprobs, JsonNull.NULL);
  }

  /// The first piece of one choice.
  ///
  /// @param isSilent whether it is known already that there will be no text
  byte[] begin(long choice, boolean isSilent) {
    return delta(
        choice,
        JsonObject.builder()
            .put("role", "assistant")
            .put("content", isSilent ? JsonNull.NULL : JsonValue.of(""))
            .put("refusal", JsonNull.NULL)
            .build());
  }

  /// The end of one choice.
  byte[] finish(long choice, String reason) {
    return choice(choice, JsonObject.EMPTY, JsonNull.NULL, JsonValue.of(reason));
  }

  /// The chunk with the counts, which has no choices.
  byte[] counts(JsonObject counts) {
    return frame(head.toBuilder().put("choices", JsonArray.EMPTY).put("usage", counts).build());
  }

  private byte[] choice(long index, JsonObject delta, JsonValue logprobs, JsonValue finishReason) {
    JsonObject choice =
        JsonObject.builder()
            .put("index", index)
            .put("delta", delta)
            .put("logprobs", logprobs)
            .put("finish_reason", finishReason)
            .build();
    JsonObject.Builder chunk = head.toBuilder().put("choices", new JsonArray(List.of(choice)));
    return frame(usage ? chunk.put("usage", JsonNull.NULL).build() : chunk.build());
  }

  private static byte[] frame(JsonObject chunk) {
    return ChatStream.frame(Json.write(chunk));
  }
}
