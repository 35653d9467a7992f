package dev.sluice.gateway.inference;

import dev.sluice.call.Ending;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.read.ResponseReader;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import dev.sluice.translate.ResponseReplay;
import dev.sluice.translate.ResponseView;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Answers the clients of queued requests: at once with the object, with the stream, or by waiting
/// for the answer. A client that leaves changes nothing for its request. Safe for use by several
/// threads.
@Singleton
final class QueuedAnswers {

  private final RequestStore requests;
  private final EndedAnswers answers;
  private final FollowedStream followed;
  private final EndWait wait;
  private final Metrics metrics;
  private final Duration flexWait;

  QueuedAnswers(
      RequestStore requests,
      EndedAnswers answers,
      FollowedStream followed,
      EndWait wait,
      Metrics metrics,
      GatewaySettings settings) {
    this.requests = requests;
    this.answers = answers;
    this.followed = followed;
    this.wait = wait;
    this.metrics = metrics;
    this.flexWait = settings.flexWait();
  }

  /// Answers a client whose request is stored, whether it has just been or was before.
  ///
  /// @throws GatewayException the error with which it ended, or that the client waited too long
  void give(OwedAnswer owed) {
    RequestData data = owed.data();
    try {
      if (data.stream()) {
        stream(owed);
      } else if (data.background()) {
        show(owed, owed.request());
      } else {
        awaitEnd(owed);
      }
    } catch (GatewayException e) {
      throw owed.told(e);
    }
  }

  private void stream(OwedAnswer owed) {
    if (owed.data().endpoint() == Endpoint.RESPONSES) {
      followed.follow(owed, ResponseReplay.opening(view(owed, owed.request())), -1);
    } else {
      followed.followChat(owed);
    }
  }

  private void awaitEnd(OwedAnswer owed) {
    Deadline end = owed.end().orSooner(flexWait);
    Duration before = end.remaining();
    boolean ended = wait.until(owed.data(), owed.client(), end, () -> {});
    metrics.record(
        Metric.FLEX_WAIT,
        before.minus(end.remaining()).toNanos() / 1e6,
        owed.data().endpoint().label());
    if (!ended) {
      tooLong(owed);
      return;
    }
    switch (now(owed)) {
      case Request.Finished finished -> answers.give(owed, finished);
      case Request.Canceled canceled -> cancelled(owed, canceled);
      case Request.Active _ -> tooLong(owed);
    }
  }

  private Request now(OwedAnswer owed) {
    RequestData data = owed.data();
    return requests
        .find(data.accountId(), data.id())
        .filter(request -> request.data().isVisible())
        .orElseThrow(() ->
            GatewayException.of(
                ErrorCode.RESPONSE_NOT_FOUND, data.id().text() + " was deleted meanwhile."));
  }

  /// The request is not given up: whoever knows its id can fetch the answer.
  private void tooLong(OwedAnswer owed) {
    if (owed.data().endpoint() != Endpoint.RESPONSES) {
      throw FollowedStream.exceeded(owed.data());
    }
    show(owed, lastSeen(owed));
  }

  private Request lastSeen(OwedAnswer owed) {
    try {
      return now(owed);
    } catch (StoreUnavailableException _) {
      return owed.request(); // It is stored; where it stands is told by the next GET.
    }
  }

  private void cancelled(OwedAnswer owed, Request.Canceled canceled) {
    if (owed.data().endpoint() != Endpoint.RESPONSES) {
      throw EndedAnswers.cancelled(owed.data().id());
    }
    show(owed, canceled);
  }

  /// The Response object: accepted as long as it has not ended.
  private void show(OwedAnswer owed, Request request) {
    byte[] body = Json.write(view(owed, request));
    Map<String, String> headers = owed.headers(Ending.JSON);
    Optional<Duration> pollAfter = ResponseReader.pollAfter(request);
    pollAfter.ifPresent(
        after -> headers.put(ReplyHeaders.POLL_AFTER, String.valueOf(after.toMillis())));
    owed.client().start(pollAfter.isPresent() ? 202 : 200, headers);
    owed.client().write(body);
  }

  /// What the client sent is what is stored.
  private JsonObject view(OwedAnswer owed, Request request) {
    RequestData data = request.data();
    JsonObject answer =
        switch (request) {
          case Request.Active _, Request.Canceled _ -> JsonObject.EMPTY;
          case Request.Finished _ ->
              requests
                  .responseBody(data.accountId(), data.id())
                  .map(body -> Json.objectOrEmpty(body.decoded()))
                  .orElse(JsonObject.EMPTY);
        };
    return new ResponseView(request, Json.objectOrEmpty(owed.inbound().body()), answer, null)
        .toJson();
  }
}
