package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.errors.UpstreamErrors;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.Outcome;
import dev.sluice.translate.ChatUsage;
import dev.sluice.upstream.UpstreamBody;
import dev.sluice.upstream.UpstreamResult.Answered;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
  static JsonAnswer unanswered(FailureReason reason) {
    return new Refused(Ending.failed(null, reason), UpstreamFailures.toException(reason));
  }

  /// Reads the whole body and judges it.
  static JsonAnswer read(Admission admission, Answered head, UpstreamBody body) {
    String type = head.header("content-type").orElse("");
    return switch (body.readAll()) {
      case UpstreamBody.Whole.Incomplete(byte[] received, FailureReason reason) ->
          new Refused(
              Ending.failed(head.status(), reason, received, type),
              UpstreamFailures.toException(reason));
      case UpstreamBody.Whole.Complete(byte[] bytes) ->
          head.isSuccess()
              ? judged(admission, head, bytes, type)
              : refused(head, head.status(), bytes, type);
    };
  }

  private static JsonAnswer judged(Admission admission, Answered head, byte[] bytes, String type) {
    return switch (AnswerRules.check(admission.request().endpoint(), head, bytes)) {
      case AnswerRules.Verdict.Hidden(int status) -> refused(head, status, bytes, type);
      case AnswerRules.Verdict.Invalid(String why) -> invalid(head, why, bytes, type);
      case AnswerRules.Verdict.Sound _ when admission.request().stream() ->
          invalid(head, "The model server did not stream its answer.", bytes, type);
      case AnswerRules.Verdict.Sound(JsonDocument document, Outcome outcome) ->
          patched(admission, document)
              .<JsonAnswer>map(body ->
                  new Served(
                      new Ending(
                          outcome,
                          head.status(),
                          null,
                          ChatUsage.of(document.object()).orElse(null),
                          body,
                          Ending.JSON),
                      body))
              .orElseGet(
                  () -> invalid(head, "The model server's answer has no vectors.", bytes, type));
    };
  }

  /// @param status the one that was meant, which a 200 may have hidden
  private static JsonAnswer refused(Answered head, int status, byte[] bytes, String type) {
    GatewayException error =
        UpstreamErrors.toException(status, bytes, type, head.header("retry-after"));
    for (Map.Entry<String, String> limit : ReplyHeaders.rateLimits(head).entrySet()) {
      error = error.withHeader(limit.getKey(), limit.getValue());
    }
    return new Refused(
        Ending.failed(head.status(), UpstreamFailures.ofStatus(status, bytes), bytes, type), error);
  }

  private static JsonAnswer invalid(Answered head, String why, byte[] bytes, String type) {
    FailureReason reason = new NetworkError("protocol", why);
    return new Refused(
        Ending.failed(head.status(), reason, bytes, type), UpstreamFailures.toException(reason));
  }

  /// The bytes as the upstream wrote them, under our id, the client's name of the model and, where
  /// the upstream names one, the tier in force.
  private static Optional<byte[]> patched(Admission admission, JsonDocument document) {
    JsonDocument.Edit edit = document.edit().set("model", admission.model().alias());
    if (document.object().has("service_tier")) {
      edit.set("service_tier", admission.request().common().tier().text());
    }
    return switch (admission.request()) {
      case ValidRequest.Chat _ -> Optional.of(edit.set("id", admission.id().text()).toBytes());
      case ValidRequest.Embeddings(var _, boolean base64) -> {
        if (document.object().has("id")) {
          edit.set("id", admission.id().text());
        }
        List<JsonValue> data = document.object().items("data");
        if (EmbeddingVectors.areIn(base64, data)) {
          yield Optional.of(edit.toBytes());
        }
        Optional<JsonArray> converted = EmbeddingVectors.convert(base64, data);
        yield converted.map(vectors -> edit.set("data", vectors).toBytes());
      }
    };
  }
}
