package dev.sluice.local;

import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The embeddings of `demo-embed`: unit vectors made of hashes, so the same text always gets the
/// same vector. Only lists of numbers are given, whatever `encoding_format` says.
final class DemoEmbeddings {

  private static final long DEFAULT_DIMENSIONS = 256;
  private static final long MAX_DIMENSIONS = 4_096;

  private DemoEmbeddings() {}

  static UpstreamAnswer answer(JsonObject body) {
    List<byte[]> inputs = inputs(body.get("input"));
    if (inputs.isEmpty()) {
      return DemoJson.error(400, "invalid_value", "input", "'input' has nothing to embed.");
    }
    long dimensions = body.number("dimensions").orElse(DEFAULT_DIMENSIONS);
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      return DemoJson.error(
          400, "invalid_value", "dimensions", "'dimensions' is between 1 and " + MAX_DIMENSIONS);
    }
    List<JsonValue> data = new ArrayList<>();
    long tokens = 0;
    for (byte[] input : inputs) {
      data.add(
          JsonObject.builder()
              .put("object", "embedding")
              .put("index", data.size())
              .put("embedding", vector(input, (int) dimensions))
              .build());
      tokens += DemoPrompt.tokens(new String(input, StandardCharsets.UTF_8)).size();
    }
    return DemoJson.answer(
        JsonObject.builder()
            .put("object", "list")
            .put("data", new JsonArray(data))
            .put("model", DemoModel.EMBED.text())
            .put(
                "usage",
                JsonObject.builder()
                    .put("prompt_tokens", tokens)
                    .put("total_tokens", tokens)
                    .build())
            .build());
  }

  /// A text, several texts, a list of token ids or several such lists, each as bytes.
  private static List<byte[]> inputs(@Nullable JsonValue input) {
    return switch (input) {
      case JsonString(String text) when !text.isEmpty() -> List.of(utf8(text));
      case JsonArray(var items) when items.isEmpty() -> List.of();
      case JsonArray(var items) ->
          items.getFirst() instanceof JsonNumber
              ? List.of(Json.write(new JsonArray(items)))
              : items.stream().map(DemoEmbeddings::bytes).toList();
      case null, default -> List.of();
    };
  }

  private static byte[] bytes(JsonValue item) {
    return item.asText().map(DemoEmbeddings::utf8).orElseGet(() -> Json.write(item));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static JsonValue vector(byte[] input, int dimensions) {
    double[] vector = new double[dimensions];
    double squares = 0;
    ByteBuffer hash = ByteBuffer.allocate(0);
    for (int i = 0; i < dimensions; i++) {
      if (!hash.hasRemaining()) {
        hash = ByteBuffer.wrap(sha256(input, i));
      }
      vector[i] = (double) hash.getInt() / Integer.MAX_VALUE;
      squares += vector[i] * vector[i];
    }
    double length = Math.sqrt(squares);
    List<JsonValue> numbers = new ArrayList<>(dimensions);
    for (double each : vector) {
      numbers.add(new JsonNumber(Float.toString((float) (each / length))));
    }
    return new JsonArray(numbers);
  }

  private static byte[] sha256(byte[] input, int block) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(block).array());
      return digest.digest(input);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
