package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.upstream.Model;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.List;

/// Embeddings, which servers of both protocols serve alike. The vectors get the spelling that the
/// client asked for; everything else passes as its author wrote it.
public final class EmbeddingsOverAny implements Translation {

  private final ClientCall call;
  private final Model.Target target;

  public EmbeddingsOverAny(ClientCall call, Model.Target target) {
    this.call = call;
    this.target = target;
  }

  @Override
  public String upstreamPath() {
    return "/embeddings";
  }

  @Override
  public byte[] upstreamBody() {
    return ForwardedMembers.edit(call.document(), target).toBytes();
  }

  @Override
  public Answer read(JsonDocument answer, Instant at) {
    List<JsonValue> data = answer.object().items("data");
    boolean complete =
        !data.isEmpty()
            && data.stream()
                .allMatch(item -> item instanceof JsonObject object && object.has("embedding"));
    if (!complete) {
      return new Answer.Invalid("The model server's answer has no embeddings.");
    }
    JsonDocument.Edit edit = ForwardedMembers.answer(answer, call.request());
    if (answer.object().has("id")) {
      edit.set("id", call.request().id().text());
    }
    boolean base64 =
        call.document().object().text("encoding_format").filter("base64"::equals).isPresent();
    if (!EmbeddingVectors.areIn(base64, data)) {
      var converted = EmbeddingVectors.convert(base64, data);
      if (converted.isEmpty()) {
        return new Answer.Invalid("The model server's answer has no vectors.");
      }
      edit.set("data", converted.get());
    }
    return new Answer.Sound(
        Outcome.COMPLETED, UsageCounts.ofChat(answer.object()).orElse(null), edit.toBytes());
  }

  /// @throws IllegalStateException always: nobody streams embeddings
  @Override
  public AnswerStream stream(int maxEventBytes) {
    throw new IllegalStateException("Embeddings are not streamed");
  }
}
