package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.ErrorReply;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.read.ReplayReader;
import dev.sluice.gateway.read.ResponseLookup;
import dev.sluice.request.Deadline;
import dev.sluice.request.Pause;
import dev.sluice.request.Request;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.translate.ChatStream;
import dev.sluice.translate.ErrorEvent;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Replays a stored response as a stream, from any event on. One that still runs is waited for,
/// with comments that keep the connection alive. Safe for use by several threads.
@Singleton
final class StoredStream {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /// More digits than any stream has events, and few enough for an int.
  private static final Pattern SEQUENCE = Pattern.compile("[0-9]{1,9}");

  private final ResponseLookup lookup;
  private final ReplayReader replays;
  private final SandboxLife life;
  private final Pause pause;
  private final Duration keepAlive;

  StoredStream(
      ResponseLookup lookup,
      ReplayReader replays,
      SandboxLife life,
      Pause pause,
      GatewaySettings settings) {
    this.lookup = lookup;
    this.replays = replays;
    this.life = life;
    this.pause = pause;
    this.keepAlive = settings.keepAlive();
  }

  /// What is streamed: to whom, and from where on.
  ///
  /// @param after the sequence number of the last event that the client has; -1 for none
  private record Exchange(
      InboundRequest inbound, String id, Caller caller, ClientReply client, int after) {

    Deadline end() {
      return StoredResponses.readDeadline(inbound);
    }
  }

  /// Streams the events after `starting_after`.
  ///
  /// @throws GatewayException before any byte: 404 and 503 as the lookup, 400 for a bad cursor
  void serve(InboundRequest inbound, String id, Caller caller, ClientReply client) {
    Exchange exchange = new Exchange(inbound, id, caller, client, startingAfter(inbound));
    switch (find(exchange)) {
      case Request.Terminal ended -> {
        List<byte[]> frames = replays.frames(ended, exchange.after(), exchange.end());
        start(exchange);
        send(exchange, frames);
      }
      case Request.Active _ -> {
        start(exchange);
        follow(exchange);
      }
    }
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

  private Request find(Exchange exchange) {
    return lookup.find(exchange.caller().accountId(), exchange.id(), exchange.end());
  }

  private static void start(Exchange exchange) {
    exchange
        .client()
        .start(200, ReplyHeaders.of(ReplyHeaders.EVENT_STREAM, exchange.inbound().requestId()));
  }

  private static void send(Exchange exchange, List<byte[]> frames) {
    EventWriter events = EventWriter.of(exchange.client(), exchange.inbound());
    frames.forEach(events::write);
    events.write(ChatStream.DONE);
  }

  /// What goes wrong from here on is told inside the stream, which then has no `[DONE]`.
  private void follow(Exchange exchange) {
    try {
      Request.@Nullable Terminal ended = awaitEnd(exchange);
      if (exchange.client().isGone()) {
        return;
      }
      if (ended == null) {
        throw stillRuns(exchange.after());
      }
      send(exchange, replays.frames(ended, exchange.after(), exchange.end()));
    } catch (RuntimeException e) {
      ErrorReply error = ErrorReply.of(e, exchange.inbound().requestId());
      exchange.client().write(ErrorEvent.frame(exchange.after() + 1, error.error()));
      throw e;
    }
  }

  /// Null when the function's time is nearly over, or the client has left.
  private Request.@Nullable Terminal awaitEnd(Exchange exchange) {
    Deadline end = exchange.end();
    Deadline silence = Deadline.in(keepAlive, end.nanoClock());
    Duration next = FIRST_PAUSE;
    while (!end.hasPassed()
        && !exchange.client().isGone()
        && !Thread.currentThread().isInterrupted()) {
      life.beforeWait(next);
      pause.rest(end.atMost(next));
      next =
          next.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? next.multipliedBy(2) : LONGEST_PAUSE;
      if (find(exchange) instanceof Request.Terminal ended) {
        return ended;
      }
      if (silence.hasPassed()) {
        EventWriter.of(exchange.client(), exchange.inbound()).keepAlive();
        silence = Deadline.in(keepAlive, end.nanoClock());
      }
    }
    return null;
  }

  private static GatewayException stillRuns(int after) {
    String where = after < 0 ? "" : " and starting_after=" + after;
    return GatewayException.of(
        ErrorCode.RESPONSE_NOT_YET_RECORDED,
        "The response still runs, and this connection may not stay any longer. Ask again with"
            + " stream=true"
            + where
            + ".");
  }
}
