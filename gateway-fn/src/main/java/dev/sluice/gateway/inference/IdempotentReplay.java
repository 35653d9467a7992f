package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.read.ReplayReader;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.translate.ChatReplay;
import dev.sluice.translate.ChatStream;
import dev.sluice.wire.Json;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Gives the answer of an earlier request again, in the form in which that one was asked: its body
/// byte for byte, its stream, or its error. Safe for use by several threads.
@Singleton
final class IdempotentReplay {

  /// Tells a client that nothing was run for it.
  private static final String REPLAYED = "idempotent-replayed";

  private final RequestStore requests;
  private final ReplayReader replays;

  IdempotentReplay(RequestStore requests, ReplayReader replays) {
    this.requests = requests;
    this.replays = replays;
  }

  /// Answers a request that repeats an ended one.
  ///
  /// @param original what [dev.sluice.gateway.read.IdempotencyGuard] found
  /// @throws GatewayException the original's error, or 409 when its answer is gone meanwhile; both
  ///   carry the headers of a repeat
  void replay(Caller caller, ResponseId original, InboundRequest inbound, ClientReply client) {
    try {
      answer(ended(caller, original), inbound, client);
    } catch (GatewayException e) {
      throw e.withHeader(ReplyHeaders.RESPONSE_ID, original.text()).withHeader(REPLAYED, "true");
    }
  }

  private Request.Terminal ended(Caller caller, ResponseId original) {
    Optional<Request> found = requests.find(caller.accountId(), original);
    if (found.isPresent()
        && found.get().data().isVisible()
        && found.get() instanceof Request.Terminal ended) {
      return ended;
    }
    throw gone(original);
  }

  private void answer(Request.Terminal ended, InboundRequest inbound, ClientReply client) {
    RequestData data = ended.data();
    Optional<StoredBody> stored = requests.responseBody(data.accountId(), data.id());
    switch (ended) {
      case Request.Failed failed when !toldByEvents(data, stored) ->
          throw UpstreamFailures.toException(failed.reason());
      case Request.Finished _ -> {
        StoredBody body = stored.orElseThrow(() -> gone(data.id()));
        if (isStream(data)) {
          stream(ended, body, inbound, client);
        } else {
          byte[] decoded = body.decoded(); // Before the status: a broken body is no half a 200.
          client.start(200, headers(body.contentType(), data.id(), inbound));
          client.write(decoded);
        }
      }
      case Request.Canceled _ -> throw gone(data.id());
    }
  }

  /// True when the failure came inside the stream of a response, whose last event says so.
  private static boolean toldByEvents(RequestData data, Optional<StoredBody> stored) {
    return data.stream()
        && data.endpoint() == Endpoint.RESPONSES
        && stored
            .map(body -> Json.objectOrEmpty(body.decoded()))
            .flatMap(body -> body.text("id"))
            .filter(data.id().text()::equals)
            .isPresent();
  }

  private static boolean isStream(RequestData data) {
    return switch (data.endpoint()) {
      case RESPONSES, CHAT_COMPLETIONS -> data.stream();
      case EMBEDDINGS, COMPACTIONS -> false;
    };
  }

  private void stream(
      Request.Terminal ended, StoredBody body, InboundRequest inbound, ClientReply client) {
    Deadline end = StoredResponses.readDeadline(inbound);
    List<byte[]> frames =
        ended.data().endpoint() == Endpoint.RESPONSES
            ? replays.frames(ended, -1, end)
            : ChatReplay.frames(Json.objectOrEmpty(body.decoded()), wantsUsage(inbound));
    client.start(200, headers(ReplyHeaders.EVENT_STREAM, ended.data().id(), inbound));
    EventWriter events = EventWriter.of(client, inbound);
    frames.forEach(events::write);
    events.write(ChatStream.DONE);
  }

  /// The body of a repeat is that of the original.
  private static boolean wantsUsage(InboundRequest inbound) {
    return Json.objectOrEmpty(inbound.body())
        .object("stream_options")
        .filter(options -> options.isTrue("include_usage"))
        .isPresent();
  }

  private static Map<String, String> headers(
      String contentType, ResponseId original, InboundRequest inbound) {
    Map<String, String> headers = ReplyHeaders.of(contentType, inbound.requestId());
    headers.put(ReplyHeaders.RESPONSE_ID, original.text());
    headers.put(REPLAYED, "true");
    return headers;
  }

  private static GatewayException gone(ResponseId original) {
    return GatewayException.of(
            ErrorCode.RESULT_NOT_STORED,
            "The request of this Idempotency-Key was answered as "
                + original.text()
                + ", and its answer is not stored.")
        .withHeader("x-should-retry", "false");
  }
}
