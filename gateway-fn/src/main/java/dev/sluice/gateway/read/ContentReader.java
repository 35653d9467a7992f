package dev.sluice.gateway.read;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.StoredBody;
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
  /// A failed response has content only when its upstream had begun a good answer: the body of an
  /// upstream's error may name the operator's account and is never shown as it is.
  ///
  /// @throws GatewayException as [ResponseLookup#find], and 404 when there is no content
  public StoredBody content(Caller caller, String idText, Deadline deadline) {
    Request request = lookup.findEnded(caller.accountId(), idText, deadline);
    return switch (request) {
      case Request.Completed completed -> ofCompleted(completed, deadline);
      case Request.Failed failed ->
          stored(failed.data())
              .filter(_ -> beganWell(failed))
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

  private static boolean beganWell(Request.Failed failed) {
    Integer status = failed.status();
    return status != null && status >= 200 && status < 300;
  }

  private Optional<StoredBody> stored(RequestData data) {
    return requests.responseBody(data.accountId(), data.id());
  }

  private static GatewayException none(String why) {
    return GatewayException.of(ErrorCode.CONTENT_NOT_FOUND, "This response has no content. " + why);
  }
}
