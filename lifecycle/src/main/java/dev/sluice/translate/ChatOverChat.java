package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.upstream.Model;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.List;

/// A chat completion of an upstream that speaks the same: every byte passes as its author wrote it,
/// but for the members that the gateway owns.
public final class ChatOverChat implements Translation {

  private final ClientCall call;
  private final Model.Target target;

  public ChatOverChat(ClientCall call, Model.Target target) {
    this.call = call;
    this.target = target;
  }

  @Override
  public String upstreamPath() {
    return "/chat/completions";
  }

  @Override
  public byte[] upstreamBody() {
    JsonDocument.Edit edit = ForwardedMembers.edit(call.document(), target);
    if (call.request().stream()) {
      if (!call.document().object().isTrue("stream")) {
        edit.set("stream", JsonValue.of(true)); // What the client gets whole may be streamed to us.
      }
      edit.set("stream_options", StreamOptions.of(streamOptions(), target.upstream().chat()));
    } else if (call.document().object().isTrue("stream")) {
      // What the client gets as a stream may be asked for whole.
      edit.remove("stream").remove("stream_options");
    }
    return edit.toBytes();
  }

  /// An answer without choices, or with one that has no message or no end, is none.
  @Override
  public Answer read(JsonDocument answer, Instant at) {
    List<JsonValue> choices = answer.object().items("choices");
    boolean complete =
        !choices.isEmpty()
            && choices.stream()
                .allMatch(choice ->
                    choice instanceof JsonObject object && object.object("message").isPresent());
    if (!complete) {
      return new Answer.Invalid("The model server's answer has no choices.");
    }
    Outcome outcome = FinishReason.ofCompletion(answer.object()).outcome();
    if (outcome == Outcome.FAILED) {
      return new Answer.Invalid(
          "The model server ended its answer with an error, or without an end.");
    }
    JsonDocument.Edit edit = ForwardedMembers.answer(answer, call.request());
    return new Answer.Sound(
        outcome,
        UsageCounts.ofChat(answer.object()).orElse(null),
        edit.set("id", call.request().id().text()).toBytes());
  }

  @Override
  public AnswerStream stream(int maxEventBytes) {
    return new ChatStream(view(), maxEventBytes);
  }

  @Override
  public AnswerStream assembly(int maxEventBytes) {
    return ChatStream.unseen(view(), maxEventBytes);
  }

  private ChatStream.View view() {
    return new ChatStream.View(
        call.request().id().text(),
        call.request().model(),
        streamOptions().isTrue("include_usage"),
        StreamOptions.addCounts(streamOptions(), target.upstream().chat()),
        call.document().object().number("n").orElse(1L),
        call.request().tier().text());
  }

  private JsonObject streamOptions() {
    return call.document().object().object("stream_options").orElse(JsonObject.EMPTY);
  }
}
