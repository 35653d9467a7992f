package dev.sluice.gateway.read;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseError;
import java.util.Optional;

/// The original answers, byte for byte as the client got them. Safe for use by several threads.
public final class ContentReader {

  private final RequestStore requests;
  private final ResponseLookup lookup;

  public ContentReader(RequestStore requests, ResponseLookup lookup) {
    this.requests = requests;
    this.lookup = lookup;
  }

  /// The stored answer.
  ///
  /// A failed response has content only when its client got a part of an answer, which stands under
  /// our id: the body of an upstream's error, also of one that a 200 hid, may name the operator's
  /// account and is never shown as it is.
  ///
  /// @throws GatewayException as [ResponseLookup#find], and 404 when there is no content
  public StoredBody content(Caller caller, String idText, Deadline deadline) {
    Request request = lookup.findEnded(caller.accountId(), idText, deadline);
    return switch (request) {
      case Request.Completed completed -> ofCompleted(completed, deadline);
      case Request.Failed failed ->
          stored(failed.data())
              .filter(body -> isOurs(body, failed.data().id()))
              .orElseThrow(() -> none("It failed: " + ResponseError.of(failed.reason()).message()));
      case Request.Canceled _ -> throw none("It was cancelled.");
      case Request.Active _ -> throw none("It has not ended yet.");
    };
  }

  private StoredBody ofCompleted(Request.Completed completed, Deadline deadline) {
    RequestData data = completed.data();
    return lookup
        .await(data.id(), deadline, () -> stored(data))
        .orElseThrow(() ->
            lookup.mayBeOnItsWay(data.id())
                ? ResponseLookup.notYetRecorded(data.id())
                : none("Its content was not recorded."));
  }

  private static boolean isOurs(StoredBody body, ResponseId id) {
    JsonObject answer = Json.objectOrEmpty(body.decoded());
    return answer.text("id").filter(id.text()::equals).isPresent() && !answer.has("error");
  }

  private Optional<StoredBody> stored(RequestData data) {
    return requests.responseBody(data.accountId(), data.id());
  }

  private static GatewayException none(String why) {
    return GatewayException.of(ErrorCode.CONTENT_NOT_FOUND, "This response has no content. " + why);
  }
}
