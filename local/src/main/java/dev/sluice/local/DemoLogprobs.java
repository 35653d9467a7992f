package dev.sluice.local;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// How sure a demo model is of its tokens: always the same.
final class DemoLogprobs {

  private DemoLogprobs() {}

  /// One entry for each token.
  ///
  /// @param top how many of the likeliest tokens each entry lists: the token, then made-up ones
  static JsonArray of(List<String> tokens, long top) {
    return new JsonArray(
        tokens.stream()
            .<JsonValue>map(token ->
                entry(token, 0)
                    .put(
                        "top_logprobs",
                        new JsonArray(
                            IntStream.range(0, (int) top)
                                .<JsonValue>mapToObj(
                                    rank -> entry(token + "?".repeat(rank), rank).build())
                                .toList()))
                    .build())
            .toList());
  }

  private static JsonObject.Builder entry(String token, int rank) {
    List<JsonValue> bytes = new ArrayList<>();
    for (byte each : token.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(JsonValue.of(Byte.toUnsignedInt(each)));
    }
    return JsonObject.builder()
        .put("token", token)
        .put("logprob", new JsonNumber("-" + rank + ".25"))
        .put("bytes", new JsonArray(bytes));
  }
}
