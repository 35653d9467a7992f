package dev.sluice.local;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// One chat call of a load; its prompt is like no other, and the model repeats it.
record LoadCall(int number, boolean stream, String prompt) {

  /// The alias of [LoadUpstream]'s model.
  static final String MODEL = "load";

  /// Longer than any function takes to start, on a machine that has much else to do.
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private static final int MOST_WORDS = 20;

  /// @param run what tells the calls of this load from those of others
  static LoadCall random(String run, int number, RandomGenerator random) {
    String words =
        random
            .ints(1 + random.nextInt(MOST_WORDS), 0, 36 * 36 * 36)
            .mapToObj(word -> Integer.toString(word, 36))
            .collect(Collectors.joining(" "));
    return new LoadCall(number, random.nextBoolean(), run + " " + number + " " + words);
  }

  /// Makes this call and waits for its end.
  Sighting ask(TestingStack stack, String key) {
    return Sighting.of(RawHttp.receive(stack.port(), request(key), SILENCE));
  }

  private byte[] request(String key) {
    JsonObject message = JsonObject.builder().put("role", "user").put("content", prompt).build();
    JsonObject body =
        JsonObject.builder()
            .put("model", MODEL)
            .put("stream", stream)
            .put("messages", new JsonArray(List.of(message)))
            .build();
    return RawHttp.request(
        "POST",
        "/v1/chat/completions",
        Map.of("Authorization", "Bearer " + key, "Content-Type", "application/json"),
        Json.write(body));
  }
}
