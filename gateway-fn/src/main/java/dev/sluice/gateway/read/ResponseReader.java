package dev.sluice.gateway.read;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.translate.InputItems;
import dev.sluice.translate.ResponseView;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Stored requests as their owners see them.
///
/// A row and its bodies may arrive apart: `finished` brings the row and the answer, `started` the
/// request. While a part that must exist can still be on its way (by the age of the id), a single
/// read waits for it and else says 503; when it can no longer come, what is there is shown, with
/// the defaults in place of what the request said. A list never waits. Safe for use by several
/// threads.
public final class ResponseReader {

  /// Clients that poll a realtime response find it ended soon; queued work takes longer.
  private static final Duration POLL_REALTIME_AFTER = Duration.ofMillis(500);

  private static final Duration POLL_QUEUED_AFTER = Duration.ofSeconds(1);

  private final RequestStore requests;
  private final ResponseLookup lookup;

  public ResponseReader(RequestStore requests, ResponseLookup lookup) {
    this.requests = requests;
    this.lookup = lookup;
  }

  /// A Response object as JSON, and when it is worth asking again.
  ///
  /// @param pollAfter empty once the response has ended
  public record Shown(JsonObject response, Optional<Duration> pollAfter) {}

  /// The Response object of this id.
  ///
  /// @param idText as the client wrote it, with or without `resp_`
  /// @param attempts whether the upstream calls are shown, under `x_sluice`
  /// @throws dev.sluice.gateway.errors.GatewayException as [ResponseLookup#find]
  public Shown response(Caller caller, String idText, boolean attempts, Deadline deadline) {
    Request request = lookup.findEnded(caller.accountId(), idText, deadline);
    RequestData data = request.data();
    JsonObject response =
        view(
            request,
            sentBody(request, deadline),
            answerBody(request, deadline),
            attempts ? requests.attempts(data.accountId(), data.id()) : null);
    return new Shown(response, pollAfter(request));
  }

  /// When it is worth asking for a request again; empty once it has ended.
  public static Optional<Duration> pollAfter(Request request) {
    return switch (request) {
      case Request.Terminal _ -> Optional.empty();
      case Request.Proxied _ -> Optional.of(POLL_REALTIME_AFTER);
      case Request.Queued _ -> Optional.of(POLL_QUEUED_AFTER);
    };
  }

  /// The Response object of a request while it was not answered yet.
  ///
  /// @throws dev.sluice.gateway.errors.GatewayException 503 when a part of it may still come
  JsonObject begun(RequestData data, Deadline deadline) {
    Request.Pending begun = Request.Pending.queued(data);
    return view(begun, sentBody(begun, deadline), JsonObject.EMPTY, null);
  }

  /// The Response object of a row that is already read.
  ///
  /// @throws dev.sluice.gateway.errors.GatewayException 503 when a part of it may still come
  public JsonObject response(Request request, Deadline deadline) {
    return view(request, sentBody(request, deadline), answerBody(request, deadline), null);
  }

  /// The Response object of a row that is already read, from what is there now.
  public JsonObject response(Request request) {
    UUID accountId = request.data().accountId();
    ResponseId id = request.data().id();
    return view(
        request,
        object(requests.requestBody(accountId, id)),
        object(requests.responseBody(accountId, id)),
        null);
  }

  /// @param attempts null to leave them out
  static JsonObject view(
      Request request,
      JsonObject sent,
      JsonObject answer,
      @Nullable List<RequestStore.Attempt> attempts) {
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
