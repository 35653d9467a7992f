package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.upstream.Model;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// `POST /v1/responses/compact` on an upstream that speaks Responses. Its items stay as it made
/// them, ids included: what is sealed in them may be bound to the id.
final class CompactionsOverResponses implements Translation {

  private final ClientCall call;
  private final byte[] body;

  CompactionsOverResponses(ClientCall call, Model.Target target) {
    this.call = call;
    this.body = ResponsesRequestBody.of(call, target);
  }

  @Override
  public String upstreamPath() {
    return "/responses/compact";
  }

  @Override
  public byte[] upstreamBody() {
    return body;
  }

  @Override
  public Answer read(JsonDocument answer, Instant at) {
    ItemIds ids = ItemIds.ofOutput(call.request().id());
    List<JsonValue> output = new ArrayList<>();
    for (JsonValue value : answer.object().items("output")) {
      if (value instanceof JsonObject item) {
        output.add(
            item.text("id").isPresent()
                ? item
                : item.toBuilder().put("id", ids.of(item, output.size())).build());
      }
    }
    boolean compacted =
        output.stream()
            .anyMatch(item ->
                item instanceof JsonObject object
                    && object.text("type").orElse("").equals("compaction")
                    && object.text("encrypted_content").isPresent());
    if (!compacted) {
      return new Answer.Invalid("The model server's answer has no compaction.");
    }
    Usage usage = UsageCounts.ofResponse(answer.object()).orElse(null);
    return new Answer.Sound(
        Outcome.COMPLETED,
        usage,
        Compaction.of(call.request(), output, usage == null ? Usage.NONE : usage));
  }

  @Override
  public AnswerStream stream(int maxEventBytes) {
    throw new IllegalStateException("A compaction is never streamed");
  }
}
