package dev.sluice.translate;

import dev.sluice.request.FailureReason;
import dev.sluice.request.PublicStatus;
import dev.sluice.request.RequestData;
import dev.sluice.request.Usage;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseError;
import dev.sluice.wire.ResponseObject;
import dev.sluice.wire.ResponseObject.Result;
import dev.sluice.wire.ResponseParameters;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Response object whose request is known and whose result is not.
///
/// @param parameters what was in force
public record ResponseDraft(RequestData request, ResponseParameters parameters) {

  /// The draft of a Responses request.
  static ResponseDraft of(ClientCall call) {
    return new ResponseDraft(call.request(), ResponsesParameters.of(call.document().object()));
  }

  /// The object of a response that runs.
  public JsonObject inProgress() {
    return of(PublicStatus.IN_PROGRESS, Result.NONE, null);
  }

  public JsonObject completed(Instant at, List<JsonObject> output, @Nullable Usage usage) {
    return of(PublicStatus.COMPLETED, new Result(at, null, null, output, usage), null);
  }

  /// @param reason `max_output_tokens` or `content_filter`
  public JsonObject incomplete(String reason, List<JsonObject> output, @Nullable Usage usage) {
    return of(PublicStatus.INCOMPLETE, new Result(null, reason, null, output, usage), null);
  }

  /// @param output what was received before it failed
  public JsonObject failed(FailureReason reason, List<JsonObject> output, @Nullable Usage usage) {
    return of(
        PublicStatus.FAILED,
        new Result(null, null, ResponseError.of(reason), output, usage),
        reason);
  }

  /// The object of an answer that has been read to its end.
  ///
  /// @param failure why it is broken; must be there when it is
  JsonObject ended(AnswerReading reading, @Nullable FailureReason failure, Instant at) {
    ResponseDraft inForce = with(reading.inForce(parameters));
    if (failure != null) {
      return inForce.failed(failure, reading.output(), reading.usage());
    }
    return reading
        .finish()
        .incompleteReason()
        .map(reason -> inForce.incomplete(reason, reading.output(), reading.usage()))
        .orElseGet(() -> inForce.completed(at, reading.output(), reading.usage()));
  }

  /// The same request with other parameters in force, as an upstream said.
  public ResponseDraft with(ResponseParameters inForce) {
    return new ResponseDraft(request, inForce);
  }

  private JsonObject of(PublicStatus status, Result result, @Nullable FailureReason failure) {
    return new ResponseObject(
            request, status, parameters, result, ResponseView.extension(request, failure))
        .toJson();
  }
}
