package dev.sluice.gateway.inference;

import dev.sluice.call.AnswerRules;
import dev.sluice.call.Ending;
import dev.sluice.call.JsonAnswer;
import dev.sluice.call.Upstreams;
import dev.sluice.completion.CompletionRecorder;
import dev.sluice.completion.CompletionRecorder.Kept;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.ErrorReply;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.errors.UpstreamErrors;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NonRetriableStatus;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import dev.sluice.translate.AnswerStream;
import dev.sluice.translate.ChatStream;
import dev.sluice.translate.StreamEnding;
import dev.sluice.upstream.UpstreamResult;
import dev.sluice.upstream.UpstreamResult.Answered;
import dev.sluice.upstream.UpstreamResult.Unanswered;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Serves admitted requests: calls the model server, passes its answer on, and records both ends.
///
/// What waits for what is the promise of this class. Nothing reaches the client before the
/// `started` record is acknowledged, which is sent while the upstream call is under way. The body
/// of an answer that is not streamed, and the `[DONE]` of one that is, wait for the `finished`
/// record. Safe for use by several threads.
@Singleton
final class RealtimePath {

  private final Upstreams upstreams;
  private final CompletionRecorder recorder;
  private final Metrics metrics;
  private final InstantSource clock;
  private final GatewaySettings settings;

  RealtimePath(
      Upstreams upstreams,
      CompletionRecorder recorder,
      Metrics metrics,
      InstantSource clock,
      GatewaySettings settings) {
    this.upstreams = upstreams;
    this.recorder = recorder;
    this.metrics = metrics;
    this.clock = clock;
    this.settings = settings;
  }

  /// Answers the client, or throws before anything has reached it.
  ///
  /// @param unbegun is run when the start could not be recorded, so that there is no such request
  /// @throws GatewayException what the client is told instead of an answer
  /// @throws dev.sluice.completion.QueueUnavailableException when the start could not be recorded;
  ///   the upstream call is aborted
  void serve(Admission admission, ClientReply client, RequestSummary summary, Runnable unbegun) {
    Recording recording = new Recording(recorder, clock, admission);
    try (Attempts attempts = new Attempts(admission, upstreams.client(), metrics, clock)) {
      Exchange exchange = new Exchange(admission, client, summary, recording, attempts);
      begin(attempts, recording, unbegun);
      try {
        answer(exchange, attempts.settle());
      } catch (RuntimeException e) {
        if (recording.isOpen()) {
          var _ = finish(exchange, lost(clock.instant()), null);
        }
        throw e;
      }
    }
  }

  private void begin(Attempts attempts, Recording recording, Runnable unbegun) {
    try {
      attempts.begin();
      recording.started(settings.startedWithin());
    } catch (RuntimeException e) {
      unbegun.run();
      throw e;
    }
  }

  private record Exchange(
      Admission admission,
      ClientReply client,
      RequestSummary summary,
      Recording recording,
      Attempts attempts) {}

  private static Ending lost(Instant at) {
    return Ending.failed(
        at, null, new CallLost("The gateway failed while it passed the answer on."));
  }

  private void answer(Exchange exchange, UpstreamResult result) {
    switch (result) {
      case Unanswered(FailureReason reason) ->
          reply(exchange, JsonAnswer.unanswered(reason, clock.instant()), null, Map.of());
      case Answered head -> {
        FirstByteTimer body = new FirstByteTimer(head.body(), exchange.admission());
        if (exchange.admission().request().stream() && AnswerRules.isStream(head)) {
          stream(exchange, head, body);
        } else {
          JsonAnswer answer =
              JsonAnswer.read(
                  exchange.attempts().translation(),
                  exchange.admission().request().stream(),
                  head,
                  body,
                  clock);
          reply(
              exchange,
              answer,
              body.millis(),
              ReplyHeaders.of(Ending.JSON, exchange.admission(), head));
        }
      }
    }
  }

  private void reply(
      Exchange exchange,
      JsonAnswer answer,
      @Nullable Long firstByteMillis,
      Map<String, String> headers) {
    if (finish(exchange, answer.ending(), firstByteMillis) == Kept.LOST) {
      throw notRecorded();
    }
    switch (answer) {
      case JsonAnswer.Refused refused ->
          throw UpstreamFailures.toException(refused)
              .withHeader(ReplyHeaders.OVERHEAD, overhead(exchange));
      case JsonAnswer.Served(Ending _, byte[] body) -> {
        headers.put(ReplyHeaders.OVERHEAD, overhead(exchange));
        exchange.client().start(200, headers);
        exchange.client().write(body);
      }
    }
  }

  private void stream(Exchange exchange, Answered head, FirstByteTimer body) {
    Admission admission = exchange.admission();
    EventWriter client = EventWriter.of(exchange.client(), admission.inbound());
    AnswerStream stream = exchange.attempts().translation().stream(upstreams.maxEventBytes());
    exchange.client().start(200, ReplyHeaders.of(ReplyHeaders.EVENT_STREAM, admission, head));
    try {
      StreamEnding streamed =
          new StreamRelay(stream, client, admission, clock, settings.keepAlive()).relay(body);
      // Where the end is an event of its own, that event says what failed, once it is recorded.
      Optional<GatewayException> error =
          streamed.last().isEmpty()
              ? Optional.ofNullable(streamed.failure()).map(why -> streamError(why, streamed))
              : Optional.empty();
      error.ifPresent(told -> client.write(frame(stream, told, admission)));
      if (finish(exchange, ending(head, streamed), body.millis()) != Kept.LOST) {
        streamed.last().forEach(client::write);
        client.write(ChatStream.DONE);
        body.drain();
      } else if (error.isEmpty()) {
        client.write(frame(stream, notRecorded(), admission));
      }
    } catch (RuntimeException e) {
      client.write(frame(stream, e, admission));
      throw e;
    }
  }

  private static GatewayException streamError(FailureReason reason, StreamEnding streamed) {
    byte[] error = streamed.error();
    return switch (reason) {
      case RetriableStatus(int status, String _) when error != null ->
          UpstreamErrors.toException(status, error, Ending.JSON, Optional.empty());
      case NonRetriableStatus(int status, String _) when error != null ->
          UpstreamErrors.toException(status, error, Ending.JSON, Optional.empty());
      default -> UpstreamFailures.toException(reason);
    };
  }

  private static Ending ending(Answered head, StreamEnding streamed) {
    return new Ending(
        streamed.outcome(),
        streamed.at(),
        head.status(),
        streamed.failure(),
        streamed.usage(),
        streamed.body(),
        Ending.JSON,
        streamed.events());
  }

  private static byte[] frame(AnswerStream stream, Throwable thrown, Admission admission) {
    return stream.errorFrame(ErrorReply.of(thrown, admission.inbound().requestId()).error());
  }

  private Kept finish(Exchange exchange, Ending ending, @Nullable Long firstByteMillis) {
    if (exchange.attempts().isRunning()) {
      exchange.attempts().end(ending.status(), ending.label());
    }
    exchange.summary().ended(ending.outcome());
    if (exchange.client().isGone()) {
      metrics.count(Metric.CLIENT_DISCONNECTS, exchange.admission().request().endpoint().label());
    }
    if (firstByteMillis != null) {
      metrics.record(
          Metric.GATEWAY_TIME_TO_FIRST_BYTE,
          firstByteMillis.doubleValue(),
          exchange.admission().request().endpoint().label());
    }
    return exchange
        .recording()
        .finished(
            ending,
            new Recording.Circumstances(
                exchange.attempts().list(), firstByteMillis, exchange.client().isGone()));
  }

  private static GatewayException notRecorded() {
    return GatewayException.of(
            ErrorCode.OVERLOADED,
            "The answer came, but it could not be recorded, so it is withheld. Try again.")
        .withHeader("retry-after", "1");
  }

  /// What the gateway itself took so far, for the client and for the metric.
  private String overhead(Exchange exchange) {
    var took = exchange.admission().elapsed().minus(exchange.attempts().upstreamTime());
    metrics.record(
        Metric.GATEWAY_OVERHEAD,
        took.toNanos() / 1e6,
        exchange.admission().request().endpoint().label());
    return ReplyHeaders.millis(took);
  }
}
