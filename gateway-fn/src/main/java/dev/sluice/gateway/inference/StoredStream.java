package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.read.ReplayReader;
import dev.sluice.gateway.read.ResponseLookup;
import dev.sluice.request.Request;
import dev.sluice.translate.ChatStream;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.regex.Pattern;

/// Replays a stored response as a stream, from any event on. One that still runs is waited for,
/// with comments that keep the connection alive. Safe for use by several threads.
@Singleton
final class StoredStream {

  /// More digits than any stream has events, and few enough for an int.
  private static final Pattern SEQUENCE = Pattern.compile("[0-9]{1,9}");

  private final ResponseLookup lookup;
  private final ReplayReader replays;
  private final FollowedStream followed;

  StoredStream(ResponseLookup lookup, ReplayReader replays, FollowedStream followed) {
    this.lookup = lookup;
    this.replays = replays;
    this.followed = followed;
  }

  /// Streams the events after `starting_after`.
  ///
  /// @throws GatewayException before any byte: 404 and 503 as the lookup, 400 for a bad cursor
  void serve(InboundRequest inbound, String id, Caller caller, ClientReply client) {
    int after = startingAfter(inbound);
    Request found = lookup.find(caller.accountId(), id, StoredResponses.readDeadline(inbound));
    OwedAnswer owed = new OwedAnswer(inbound, found, client, false);
    switch (found) {
      case Request.Terminal ended -> send(owed, replays.frames(ended, after, owed.end()));
      case Request.Queued queued ->
          followed.follow(owed, replays.opening(queued, owed.end()), after);
      case Request.Proxied _ -> followed.follow(owed, List.of(), after);
    }
  }

  private static void send(OwedAnswer owed, List<byte[]> frames) {
    owed.client().start(200, owed.headers(ReplyHeaders.EVENT_STREAM));
    EventWriter events = owed.events();
    frames.forEach(events::write);
    events.write(ChatStream.DONE);
  }

  private static int startingAfter(InboundRequest inbound) {
    String text = inbound.query("starting_after").orElse("");
    if (text.isEmpty()) {
      return -1;
    }
    if (!SEQUENCE.matcher(text).matches()) {
      throw GatewayException.of(
          ErrorCode.INVALID_VALUE,
          "starting_after is the sequence_number of an event.",
          "starting_after");
    }
    return Integer.parseInt(text);
  }
}
