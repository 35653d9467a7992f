package dev.sluice.call;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.translate.Translation;
import dev.sluice.upstream.ErrorText;
import dev.sluice.upstream.UpstreamBody;
import dev.sluice.upstream.UpstreamResult.Answered;
import dev.sluice.wire.JsonDocument;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// What came of a call whose answer is not read as a stream.
public sealed interface JsonAnswer {

  /// How it is recorded.
  Ending ending();

  /// @param body what the client gets, the body of the ending
  @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares answers by value
  record Served(Ending ending, byte[] body) implements JsonAnswer {}

  /// There is no answer.
  ///
  /// @param reason that of the ending
  /// @param refusal what the upstream said instead; null when it said nothing that is an error
  record Refused(Ending ending, FailureReason reason, @Nullable Refusal refusal)
      implements JsonAnswer {}

  /// An error of the upstream.
  ///
  /// @param status the one that was meant, which a 200 may have hidden
  @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares refusals by value
  record Refusal(int status, Answered head, byte[] body) {

    /// As the upstream named it; empty when it did not.
    public String contentType() {
      return type(head);
    }
  }

  /// What becomes of a call without an answer.
  static JsonAnswer unanswered(FailureReason reason, Instant at) {
    return new Refused(Ending.failed(at, null, reason), reason, null);
  }

  /// Reads the whole body and judges it.
  ///
  /// @param isStreamDue whether only server-sent events would have been an answer
  static JsonAnswer read(
      Translation translation,
      boolean isStreamDue,
      Answered head,
      UpstreamBody body,
      InstantSource clock) {
    UpstreamBody.Whole whole = body.readAll();
    Instant at = clock.instant();
    return switch (whole) {
      case UpstreamBody.Whole.Incomplete(byte[] received, FailureReason reason) ->
          refused(new Arrived(head, received, at), reason, null);
      case UpstreamBody.Whole.Complete(byte[] bytes) -> {
        Arrived arrived = new Arrived(head, bytes, at);
        yield head.isSuccess()
            ? judged(translation, isStreamDue, arrived)
            : refused(arrived, head.status());
      }
    };
  }

  /// What arrived of a body, and when.
  @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares answers by value
  record Arrived(Answered head, byte[] bytes, Instant at) {}

  private static JsonAnswer judged(Translation translation, boolean isStreamDue, Arrived arrived) {
    return switch (AnswerRules.check(arrived.head(), arrived.bytes())) {
      case AnswerRules.Verdict.Hidden(int status) -> refused(arrived, status);
      case AnswerRules.Verdict.Invalid(String why) -> invalid(arrived, why);
      case AnswerRules.Verdict.Sound(JsonDocument document) ->
          switch (translation.read(document, arrived.at())) {
            case Translation.Answer.Invalid(String why) -> invalid(arrived, why);
            case Translation.Answer.Sound _ when isStreamDue ->
                invalid(arrived, "The model server did not stream its answer.");
            case Translation.Answer.Sound(Outcome outcome, Usage usage, byte[] body) ->
                new Served(
                    new Ending(
                        outcome,
                        arrived.at(),
                        arrived.head().status(),
                        null,
                        usage,
                        body,
                        Ending.JSON,
                        null),
                    body);
          };
    };
  }

  /// @param status the one that was meant, which a 200 may have hidden
  private static JsonAnswer refused(Arrived arrived, int status) {
    return refused(
        arrived,
        FailureReason.ofStatus(status, ErrorText.of(arrived.bytes())),
        new Refusal(status, arrived.head(), arrived.bytes()));
  }

  private static JsonAnswer invalid(Arrived arrived, String why) {
    return refused(arrived, new NetworkError("protocol", why), null);
  }

  private static JsonAnswer refused(
      Arrived arrived, FailureReason reason, @Nullable Refusal refusal) {
    Answered head = arrived.head();
    return new Refused(
        Ending.failed(arrived.at(), head.status(), reason, arrived.bytes(), type(head)),
        reason,
        refusal);
  }

  private static String type(Answered head) {
    return head.header("content-type").orElse("");
  }
}
