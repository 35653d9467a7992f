package dev.sluice.gateway.inference;

import dev.sluice.call.Ending;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.errors.UpstreamErrors;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.translate.Translation;
import dev.sluice.upstream.UpstreamBody;
import dev.sluice.upstream.UpstreamResult.Answered;
import dev.sluice.wire.JsonDocument;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/// An answer that is sent as a whole once it is recorded.
sealed interface JsonAnswer {

  /// How it is recorded.
  Ending ending();

  /// @param body what the client gets, the body of the ending
  @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares answers by value
  record Served(Ending ending, byte[] body) implements JsonAnswer {}

  /// The client gets an error; the row keeps what the upstream said.
  record Refused(Ending ending, GatewayException error) implements JsonAnswer {}

  /// What becomes of a call without an answer.
  static JsonAnswer unanswered(FailureReason reason, Instant at) {
    return new Refused(Ending.failed(at, null, reason), UpstreamFailures.toException(reason));
  }

  /// Reads the whole body and judges it.
  ///
  /// @param wantsStream whether server-sent events were asked for, and came as something else
  static JsonAnswer read(
      Translation translation,
      boolean wantsStream,
      Answered head,
      UpstreamBody body,
      InstantSource clock) {
    String type = head.header("content-type").orElse("");
    UpstreamBody.Whole whole = body.readAll();
    Instant at = clock.instant();
    return switch (whole) {
      case UpstreamBody.Whole.Incomplete(byte[] received, FailureReason reason) ->
          new Refused(
              Ending.failed(at, head.status(), reason, received, type),
              UpstreamFailures.toException(reason));
      case UpstreamBody.Whole.Complete(byte[] bytes) -> {
        Arrived arrived = new Arrived(head, bytes, type, at);
        yield head.isSuccess()
            ? judged(translation, wantsStream, arrived)
            : refused(arrived, head.status());
      }
    };
  }

  /// A complete body, and when it was.
  @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares answers by value
  record Arrived(Answered head, byte[] bytes, String type, Instant at) {}

  private static JsonAnswer judged(Translation translation, boolean wantsStream, Arrived arrived) {
    return switch (AnswerRules.check(arrived.head(), arrived.bytes())) {
      case AnswerRules.Verdict.Hidden(int status) -> refused(arrived, status);
      case AnswerRules.Verdict.Invalid(String why) -> invalid(arrived, why);
      case AnswerRules.Verdict.Sound(JsonDocument document) ->
          switch (translation.read(document, arrived.at())) {
            case Translation.Answer.Invalid(String why) -> invalid(arrived, why);
            case Translation.Answer.Sound _ when wantsStream ->
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
    Answered head = arrived.head();
    byte[] bytes = arrived.bytes();
    GatewayException error =
        UpstreamErrors.toException(status, bytes, arrived.type(), head.header("retry-after"));
    for (Map.Entry<String, String> limit : ReplyHeaders.rateLimits(head).entrySet()) {
      error = error.withHeader(limit.getKey(), limit.getValue());
    }
    FailureReason reason = UpstreamFailures.ofStatus(status, bytes);
    return new Refused(
        Ending.failed(arrived.at(), head.status(), reason, bytes, arrived.type()), error);
  }

  private static JsonAnswer invalid(Arrived arrived, String why) {
    FailureReason reason = new NetworkError("protocol", why);
    return new Refused(
        Ending.failed(
            arrived.at(), arrived.head().status(), reason, arrived.bytes(), arrived.type()),
        UpstreamFailures.toException(reason));
  }
}
