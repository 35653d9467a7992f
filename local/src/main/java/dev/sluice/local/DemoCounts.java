package dev.sluice.local;

import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.List;

/// What the demo models say about an input instead of to it: how long it is, and the same made
/// short.
final class DemoCounts {

  private DemoCounts() {}

  static UpstreamAnswer inputTokens(DemoModel model, JsonObject body) {
    return DemoJson.answer(
        JsonObject.builder()
            .put("object", "response.input_tokens")
            .put("input_tokens", DemoAsk.ofResponses(model, body).prompt().tokenCount())
            .build());
  }

  static UpstreamAnswer compaction(JsonObject body, Instant at) {
    DemoPrompt prompt = DemoPrompt.ofResponses(body);
    JsonObject item =
        JsonObject.builder()
            .put("id", "cmp_demo")
            .put("type", "compaction")
            .put("encrypted_content", prompt.sealed())
            .build();
    return DemoJson.answer(
        JsonObject.builder()
            .put("id", "resp_demo")
            .put("object", "response.compaction")
            .put("created_at", at.getEpochSecond())
            .put("output", new JsonArray(List.of(item)))
            .put("usage", DemoJson.usage(new DemoUsage(prompt.tokenCount(), 1, 0)))
            .build());
  }
}
