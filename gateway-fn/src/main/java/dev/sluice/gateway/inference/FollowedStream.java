package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.ErrorReply;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.read.ReplayReader;
import dev.sluice.gateway.read.ResponseLookup;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.translate.ChatStream;
import dev.sluice.translate.ErrorEvent;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/// Streams the answer of a request that has not ended yet: comments keep the connection alive until
/// the answer is whole, and then it is told at once, because an attempt may be made again. Safe for
/// use by several threads.
@Singleton
final class FollowedStream {

  private final ResponseLookup lookup;
  private final ReplayReader replays;
  private final EndedAnswers answers;
  private final EndWait wait;
  private final Duration keepAlive;

  FollowedStream(
      ResponseLookup lookup,
      ReplayReader replays,
      EndedAnswers answers,
      EndWait wait,
      GatewaySettings settings) {
    this.lookup = lookup;
    this.replays = replays;
    this.answers = answers;
    this.wait = wait;
    this.keepAlive = settings.keepAlive();
  }

  /// The events of a response after one. What goes wrong is told inside the stream, which then has
  /// no `[DONE]`.
  ///
  /// @param opening its first events, as [ReplayReader#opening] has them; empty when they are not
  ///   known before the end
  /// @param after the sequence number of the last event that the client has; -1 for none
  void follow(OwedAnswer owed, List<byte[]> opening, int after) {
    owed.client().start(200, owed.headers(ReplyHeaders.EVENT_STREAM));
    EventWriter events = owed.events();
    opening.stream().skip(after + 1L).forEach(events::write);
    int told = Math.max(after, opening.size() - 1);
    try {
      if (!awaitEnd(owed, events)) {
        if (owed.client().isGone()) {
          return;
        }
        throw stillRuns(told);
      }
      replays.frames(ended(owed, told), told, owed.end()).forEach(events::write);
      events.write(ChatStream.DONE);
    } catch (RuntimeException e) {
      owed.client().write(ErrorEvent.frame(told + 1, shown(owed, e)));
      throw e;
    }
  }

  /// The chunks of a chat completion. What goes wrong is told by a last chunk before `[DONE]`.
  void followChat(OwedAnswer owed) {
    owed.client().start(200, owed.headers(ReplyHeaders.EVENT_STREAM));
    EventWriter events = owed.events();
    try {
      if (!awaitEnd(owed, events)) {
        if (owed.client().isGone()) {
          return;
        }
        throw exceeded(owed.data());
      }
      answers.chunks(owed, ended(owed, -1)).forEach(events::write);
    } catch (RuntimeException e) {
      JsonObject error = JsonObject.builder().put("error", shown(owed, e)).build();
      events.write(ChatStream.frame(Json.write(error)));
      throw e;
    } finally {
      events.write(ChatStream.DONE);
    }
  }

  private boolean awaitEnd(OwedAnswer owed, EventWriter events) {
    KeepAlive comments = new KeepAlive(events, owed.end());
    return wait.until(owed.data(), owed.client(), owed.end(), comments::sendIfSilent);
  }

  /// For use by one thread.
  private final class KeepAlive {

    private final EventWriter events;
    private final Deadline end;
    private Deadline silence;

    KeepAlive(EventWriter events, Deadline end) {
      this.events = events;
      this.end = end;
      this.silence = Deadline.in(keepAlive, end.nanoClock());
    }

    void sendIfSilent() {
      if (silence.hasPassed()) {
        events.keepAlive();
        silence = Deadline.in(keepAlive, end.nanoClock());
      }
    }
  }

  private Request.Terminal ended(OwedAnswer owed, int told) {
    RequestData data = owed.data();
    return switch (lookup.find(data.accountId(), data.id().text(), owed.end())) {
      case Request.Terminal ended -> ended;
      case Request.Active _ -> throw stillRuns(told);
    };
  }

  private static JsonObject shown(OwedAnswer owed, RuntimeException thrown) {
    return ErrorReply.of(thrown, owed.inbound().requestId()).error();
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

  /// What the client of a chat completion or of embeddings is told that cannot wait any longer.
  static GatewayException exceeded(RequestData data) {
    return GatewayException.of(
            ErrorCode.FLEX_WAIT_EXCEEDED,
            "The answer takes longer than this connection may stay. Fetch it with GET /v1/responses/"
                + data.id().text()
                + ".")
        .withHeader("x-should-retry", "false");
  }
}
