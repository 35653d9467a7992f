package dev.sluice.gateway.read;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.translate.InputItems;
import dev.sluice.translate.ResponseView;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// Stored requests as their owners see them.
///
/// A row and its bodies may arrive apart: `finished` brings the row and the answer, `started` the
/// request. While a part that must exist can still be on its way (by the age of the id), a single
/// read waits for it and else says 503; when it can no longer come, what is there is shown, with
/// the defaults in place of what the request said. A list never waits. Safe for use by several
/// threads.
public final class ResponseReader {

  private final RequestStore requests;
  private final ResponseLookup lookup;

  public ResponseReader(RequestStore requests, ResponseLookup lookup) {
    this.requests = requests;
    this.lookup = lookup;
  }

  /// The Response object of this id as JSON.
  ///
  /// @param idText as the client wrote it, with or without `resp_`
  /// @throws dev.sluice.gateway.errors.GatewayException as [ResponseLookup#find]
  public byte[] response(Caller caller, String idText, Deadline deadline) {
    Request request = lookup.findEnded(caller.accountId(), idText, deadline);
    JsonObject sent = sentBody(request, deadline);
    return Json.write(view(request, sent, answerBody(request, deadline)));
  }

  /// The Response object of a row that is already read, from what is there now.
  public JsonObject response(Request request) {
    UUID accountId = request.data().accountId();
    ResponseId id = request.data().id();
    return view(
        request,
        object(requests.requestBody(accountId, id)),
        object(requests.responseBody(accountId, id)));
  }

  private JsonObject view(Request request, JsonObject sent, JsonObject answer) {
    List<RequestStore.Attempt> attempts =
        requests.attempts(request.data().accountId(), request.data().id());
    return new ResponseView(request, sent, answer, attempts).toJson();
  }

  /// What the request sent, as input items in the order in which they were sent.
  ///
  /// @throws dev.sluice.gateway.errors.GatewayException as [ResponseLookup#find]
  public List<JsonObject> inputItems(Caller caller, String idText, Deadline deadline) {
    Request request = lookup.find(caller.accountId(), idText, deadline);
    return InputItems.of(
        request.data().endpoint(), request.data().id(), sentBody(request, deadline));
  }

  private JsonObject sentBody(Request request, Deadline deadline) {
    return part(
        request,
        deadline,
        () -> requests.requestBody(request.data().accountId(), request.data().id()));
  }

  private JsonObject answerBody(Request request, Deadline deadline) {
    return request instanceof Request.Completed
        ? part(
            request,
            deadline,
            () -> requests.responseBody(request.data().accountId(), request.data().id()))
        : object(requests.responseBody(request.data().accountId(), request.data().id()));
  }

  private JsonObject part(Request request, Deadline deadline, Supplier<Optional<StoredBody>> body) {
    ResponseId id = request.data().id();
    Optional<StoredBody> found = lookup.await(id, deadline, body);
    if (found.isEmpty() && lookup.mayBeOnItsWay(id)) {
      throw ResponseLookup.notYetRecorded(id);
    }
    return object(found);
  }

  private static JsonObject object(Optional<StoredBody> body) {
    return body.map(StoredBody::decoded).map(Json::objectOrEmpty).orElse(JsonObject.EMPTY);
  }
}
