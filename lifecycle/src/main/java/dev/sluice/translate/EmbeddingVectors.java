package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Vectors in the two spellings of `encoding_format`: numbers, or base64 of little-endian 32-bit
/// floats. The official SDKs ask for base64 by default, and many model servers know only numbers.
final class EmbeddingVectors {

  private EmbeddingVectors() {}

  /// True when every vector has the spelling that was asked for.
  static boolean areIn(boolean base64, List<JsonValue> data) {
    return data.stream()
        .allMatch(item ->
            item instanceof JsonObject object
                && (base64
                    ? object.get("embedding") instanceof JsonString
                    : object.get("embedding") instanceof JsonArray));
  }

  /// The list with every vector in the spelling that was asked for; empty when one of them is no
  /// vector.
  static Optional<JsonArray> convert(boolean base64, List<JsonValue> data) {
    List<JsonValue> converted = new ArrayList<>(data.size());
    for (JsonValue item : data) {
      Optional<JsonValue> vector =
          item instanceof JsonObject object
              ? vector(base64, object.get("embedding"))
              : Optional.empty();
      if (vector.isEmpty()) {
        return Optional.empty();
      }
      converted.add(((JsonObject) item).toBuilder().put("embedding", vector.get()).build());
    }
    return Optional.of(new JsonArray(converted));
  }

  private static Optional<JsonValue> vector(boolean base64, @Nullable JsonValue value) {
    return switch (value) {
      case JsonArray(List<JsonValue> numbers) ->
          base64 ? toBase64(numbers) : Optional.of(new JsonArray(numbers));
      case JsonString text -> base64 ? Optional.of(text) : toNumbers(text.text());
      case null, default -> Optional.empty();
    };
  }

  private static Optional<JsonValue> toBase64(List<JsonValue> numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (JsonValue item : numbers) {
      if (!(item instanceof JsonNumber(String spelling))) {
        return Optional.empty();
      }
      bytes.putFloat(Float.parseFloat(spelling));
    }
    return Optional.of(JsonValue.of(Base64.getEncoder().encodeToString(bytes.array())));
  }

  private static Optional<JsonValue> toNumbers(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      return Optional.empty(); // The caller answers that the upstream sent no vector.
    }
    if (bytes.length % Float.BYTES != 0) {
      return Optional.empty();
    }
    ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<JsonValue> numbers = new ArrayList<>(bytes.length / Float.BYTES);
    while (floats.hasRemaining()) {
      float number = floats.getFloat();
      if (!Float.isFinite(number)) {
        return Optional.empty();
      }
      numbers.add(new JsonNumber(Float.toString(number)));
    }
    return Optional.of(new JsonArray(numbers));
  }
}
