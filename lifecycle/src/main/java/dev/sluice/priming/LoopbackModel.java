package dev.sluice.priming;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Map;

/// A model server that speaks chat completions: it says the same to everybody, as a stream to whom
/// wants one. What is asked at length is answered at length.
final class LoopbackModel {

  private static final int LONG_BYTES = 100_000;

  private LoopbackModel() {}

  static LoopbackHttp.Answer answer(LoopbackHttp.Request request) {
    JsonObject asked = Json.objectOrEmpty(request.body());
    String text =
        request.body().length > LONG_BYTES
            ? Rehearsal.text(LONG_BYTES)
            : "It was only a rehearsal.";
    return asked.isTrue("stream")
        ? new LoopbackHttp.Answer(
            200, Map.of("Content-Type", "text/event-stream"), events(text).getBytes(UTF_8))
        : new LoopbackHttp.Answer(
            200, Map.of("Content-Type", "application/json"), whole(text).getBytes(UTF_8));
  }

  private static String whole(String text) {
    return """
    {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,\
    "message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],\
    "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}\
    """
        .formatted(text);
  }

  private static String events(String text) {
    String chunk =
        """
        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[%s]%s}

        """;
    return chunk.formatted("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}", "")
        + chunk.formatted("{\"index\":0,\"delta\":{\"content\":\"%s\"}}".formatted(text), "")
        + chunk.formatted("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}", "")
        + chunk.formatted(
            "", ",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}")
        + "data: [DONE]\n\n";
  }
}
