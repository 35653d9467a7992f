package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.upstream.Model;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// `POST /v1/responses/compact` on an upstream that speaks only chat: the model writes a summary,
/// which is sealed into the one item of the answer.
final class CompactionsOverChat implements Translation {

  private final ClientCall call;
  private final byte[] body;
  private final UnaryOperator<String> seal;

  /// @param seal hides the summary from everyone but this gateway and this account
  /// @throws UntranslatableException when chat cannot express the conversation
  CompactionsOverChat(ClientCall call, Model.Target target, UnaryOperator<String> seal) {
    this.call = call;
    this.body = ChatRequestBody.of(call, target);
    this.seal = seal;
  }

  @Override
  public String upstreamPath() {
    return "/chat/completions";
  }

  @Override
  public byte[] upstreamBody() {
    return body;
  }

  /// A summary that was cut would lose its end without a sign, so only a whole one counts.
  @Override
  public Answer read(JsonDocument answer, Instant at) {
    Optional<String> summary =
        answer.object().items("choices").stream()
            .findFirst()
            .filter(choice ->
                choice instanceof JsonObject object
                    && FinishReason.ofChoice(object) == FinishReason.WHOLE)
            .flatMap(choice -> ((JsonObject) choice).object("message"))
            .flatMap(message -> message.text("content"))
            .filter(text -> !text.isBlank());
    if (summary.isEmpty()) {
      return new Answer.Invalid("The model server gave no whole summary of the conversation.");
    }
    JsonValue item =
        JsonObject.builder()
            .put("id", ItemIds.ofOutput(call.request().id()).compaction(0))
            .put("type", "compaction")
            .put("encrypted_content", seal.apply(summary.get()))
            .build();
    Usage usage = UsageCounts.ofChat(answer.object()).orElse(null);
    return new Answer.Sound(
        Outcome.COMPLETED,
        usage,
        Compaction.of(call.request(), List.of(item), usage == null ? Usage.NONE : usage));
  }

  @Override
  public AnswerStream stream(int maxEventBytes) {
    throw new IllegalStateException("A compaction is never streamed");
  }
}
