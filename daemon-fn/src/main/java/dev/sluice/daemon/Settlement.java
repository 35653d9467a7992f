package dev.sluice.daemon;

import dev.sluice.call.Ending;
import dev.sluice.call.QueuedCall.Result;
import dev.sluice.completion.RecordBody;
import dev.sluice.request.ClaimStore.AttemptEnd;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.Outcome;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Failed;
import dev.sluice.request.RetryPolicy;
import dev.sluice.request.RetryPolicy.Retry;
import dev.sluice.request.RetryPolicy.Why;
import dev.sluice.request.StoredBody;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Decides what comes of the result of a call. Safe for use by several threads.
final class Settlement {

  private final RetryPolicy policy;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Metrics metrics;

  Settlement(RetryPolicy policy, InstantSource clock, RandomGenerator random, Metrics metrics) {
    this.policy = policy;
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
  }

  /// What is to be done about a result.
  sealed interface Settled {

    InFlight inFlight();

    /// It is to be saved.
    record Save(InFlight inFlight, Ended ended) implements Settled {}

    /// The run stops, and the call did not end before: it goes back to the queue.
    record GiveBack(InFlight inFlight, AttemptEnd attempt) implements Settled {}
  }

  Settled settle(InFlight inFlight, Result result) {
    if (!(inFlight.held() instanceof Dispatched from)) {
      throw new IllegalStateException(
          "There was a call for " + inFlight.id() + " before its start");
    }
    Ending ending = result.ending();
    return switch (inFlight.cancellation()) {
      case null -> save(inFlight, ended(from, result));
      case DRAINED ->
          ending.failure() instanceof CallLost
              ? new Settled.GiveBack(inFlight, attempt(result, Cancellation.DRAINED.label()))
              : save(inFlight, ended(from, result));
      case CANCELED -> save(inFlight, lost(from, result, Cancellation.CANCELED));
      case TAKEN_OVER -> save(inFlight, lost(from, result, Cancellation.TAKEN_OVER));
    };
  }

  private static Settled save(InFlight inFlight, Ended ended) {
    return new Settled.Save(inFlight, ended);
  }

  private static Ended lost(Dispatched from, Result result, Cancellation reason) {
    return new Ended.Lost(from, attempt(result, reason.label()));
  }

  private Ended ended(Dispatched from, Result result) {
    Ending ending = result.ending();
    AttemptEnd attempt = attempt(result, ending.label());
    return switch (ending.outcome()) {
      case COMPLETED, INCOMPLETE ->
          new Ended.Finish(
              from,
              from.complete(
                  Objects.requireNonNull(ending.status(), "status"),
                  ending.outcome() == Outcome.INCOMPLETE,
                  ending.usage(),
                  ending.at()),
              attempt,
              body(from, ending));
      case FAILED -> failed(from, result, attempt);
    };
  }

  private Ended failed(Dispatched from, Result result, AttemptEnd attempt) {
    Ending ending = result.ending();
    FailureReason reason = Objects.requireNonNull(ending.failure(), "failure");
    Failed failed = from.fail(ending.status(), reason, ending.usage(), ending.at());
    return switch (policy.decide(from, failed, result.retryAfter(), clock.instant(), random)) {
      case Retry.Again(var pending) -> new Ended.Retry(from, pending, attempt);
      case Retry.GiveUp(var given, Why why) -> {
        if (why != Why.NOT_RETRIABLE) {
          metrics.count(Metric.DAEMON_RETRY_DENIED, from.data().model(), why.label());
        }
        yield new Ended.Finish(from, given, attempt, body(from, ending));
      }
    };
  }

  private static @Nullable StoredBody body(Dispatched from, Ending ending) {
    byte[] body = ending.body();
    return body == null || !from.data().store()
        ? null
        : RecordBody.gzip(body, ending.contentType()).stored();
  }

  private static AttemptEnd attempt(Result result, @Nullable String error) {
    Ending ending = result.ending();
    return new AttemptEnd(
        result.upstream(),
        result.upstreamModel(),
        ending.at(),
        ending.status(),
        ending.usage(),
        error);
  }

  /// Of a call that gave no result, because the run could not wait for it.
  static AttemptEnd drained(InFlight inFlight, Instant at) {
    return new AttemptEnd(
        inFlight.target().upstream().name(),
        inFlight.target().model(),
        at,
        null,
        null,
        Cancellation.DRAINED.label());
  }
}
