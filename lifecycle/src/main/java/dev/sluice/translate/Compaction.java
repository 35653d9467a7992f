package dev.sluice.translate;

import dev.sluice.request.RequestData;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseObject;
import java.util.List;

/// The answer of `POST /v1/responses/compact` (Open Responses, `CompactResource`).
final class Compaction {

  private Compaction() {}

  /// @param output items that stand for the conversation from now on
  static byte[] of(RequestData request, List<JsonValue> output, Usage usage) {
    return Json.write(
        JsonObject.builder()
            .put("id", request.id().text())
            .put("object", "response.compaction")
            .put("created_at", request.createdAt().getEpochSecond())
            .put("output", new JsonArray(output))
            .put("usage", ResponseObject.usage(usage))
            .build());
  }
}
