package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import java.util.Map;

/// The answer of a stored request that a client is to get: of which request, asked for how, and by
/// whom.
///
/// @param inbound what the client sent: the request itself, or a repeat of it byte for byte
/// @param request as it was last seen
/// @param isRepeat whether it was stored for an earlier call than this one
record OwedAnswer(InboundRequest inbound, Request request, ClientReply client, boolean isRepeat) {

  /// Tells a client that nothing was run for it.
  private static final String REPLAYED = "idempotent-replayed";

  RequestData data() {
    return request.data();
  }

  /// When this connection must end.
  Deadline end() {
    return StoredResponses.readDeadline(inbound);
  }

  Map<String, String> headers(String contentType) {
    Map<String, String> headers = ReplyHeaders.of(contentType, inbound.requestId());
    headers.put(ReplyHeaders.RESPONSE_ID, data().id().text());
    if (isRepeat) {
      headers.put(REPLAYED, "true");
    }
    return headers;
  }

  /// The error with what every answer to this client says.
  GatewayException told(GatewayException error) {
    return isRepeat
        ? repeated(data().id(), error)
        : error.withHeader(ReplyHeaders.RESPONSE_ID, data().id().text());
  }

  /// The error with what a repeat is told.
  ///
  /// @param original the response that it repeats
  static GatewayException repeated(ResponseId original, GatewayException error) {
    return error.withHeader(ReplyHeaders.RESPONSE_ID, original.text()).withHeader(REPLAYED, "true");
  }

  /// Whether the client of a streamed chat completion asked for usage.
  boolean wantsUsage() {
    return Json.objectOrEmpty(inbound.body())
        .object("stream_options")
        .filter(options -> options.isTrue("include_usage"))
        .isPresent();
  }

  EventWriter events() {
    return EventWriter.of(client, inbound);
  }
}
