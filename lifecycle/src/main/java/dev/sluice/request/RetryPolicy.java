package dev.sluice.request;

import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.ClientDisconnected;
import dev.sluice.request.FailureReason.DeadlineExceeded;
import dev.sluice.request.FailureReason.GatewayLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.NonRetriableStatus;
import dev.sluice.request.FailureReason.RequestRejected;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.FailureReason.WorkerLost;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Failed;
import dev.sluice.request.Request.Pending;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Whether a queued request whose call failed gets another, and when. Pure arithmetic: the clock
/// and the randomness are handed in.
///
/// The n-th retry waits full jitter of the first pause doubled n − 1 times, and never less than the
/// upstream asked for.
///
/// @param priorityAttempts the most calls of a request that somebody waits for
/// @param deadlineAttempts of one with a deadline class
/// @param backgroundAttempts of one of the background class
/// @param firstPause the longest pause before the first retry
/// @param longestPause of any retry, unless the upstream asks for a longer one
/// @param beforeDeadline no call begins later than this before the deadline
public record RetryPolicy(
    int priorityAttempts,
    int deadlineAttempts,
    int backgroundAttempts,
    Duration firstPause,
    Duration longestPause,
    Duration beforeDeadline) {

  public static final RetryPolicy DEFAULT =
      new RetryPolicy(
          5, 1_000, 20, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(60));

  /// What an upstream may ask for at most: a request is not put off for ever by a wrong number.
  static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(24);

  public RetryPolicy {
    if (priorityAttempts < 1 || deadlineAttempts < 1 || backgroundAttempts < 1) {
      throw new IllegalArgumentException("A request has at least one attempt");
    }
    if (!firstPause.isPositive() || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException("The longest pause is at least the first, above zero");
    }
    if (beforeDeadline.isNegative()) {
      throw new IllegalArgumentException("No call begins after the deadline");
    }
  }

  /// The answer for one failure.
  public sealed interface Retry {

    /// @param pending not due before its pause is over
    record Again(Pending pending) implements Retry {}

    /// @param failed with its last failure as the reason
    record GiveUp(Failed failed, Why why) implements Retry {}
  }

  /// Why there is no other attempt.
  public enum Why {
    /// Another attempt would fail in the same way.
    NOT_RETRIABLE("not_retriable"),
    MAX_ATTEMPTS("max_attempts"),
    /// The next call would begin too late.
    DEADLINE("deadline");

    private final String label;

    Why(String label) {
      this.label = label;
    }

    /// The stable word of metrics and logs.
    public String label() {
      return label;
    }
  }

  /// Decides about a call that failed.
  ///
  /// @param failed what [Dispatched#fail] gave for it
  /// @param retryAfter how long the upstream wants to be left alone; empty when it did not say
  /// @param now by the database's clock
  public Retry decide(
      Dispatched from,
      Failed failed,
      Optional<Duration> retryAfter,
      Instant now,
      RandomGenerator random) {
    int attempt = from.schedule().attempt();
    if (!isRetriable(failed.reason())) {
      return new Retry.GiveUp(failed, Why.NOT_RETRIABLE);
    }
    if (attempt >= maxAttempts(TierClass.of(from.data().tier()))) {
      return new Retry.GiveUp(failed, Why.MAX_ATTEMPTS);
    }
    Instant next = now.plus(pause(attempt, retryAfter, random));
    Instant deadline = from.schedule().deadline();
    if (deadline != null && !next.isBefore(deadline.minus(beforeDeadline))) {
      return new Retry.GiveUp(failed, Why.DEADLINE);
    }
    return new Retry.Again(from.retry(next));
  }

  /// Whether the same request may succeed when it is tried again.
  public static boolean isRetriable(FailureReason reason) {
    return switch (reason) {
      case RetriableStatus _,
          NetworkError _,
          TimedOut _,
          TruncatedStream _,
          CallLost _,
          WorkerLost _ ->
          true;
      case NonRetriableStatus _,
          RequestRejected _,
          DeadlineExceeded _,
          GatewayLost _,
          ClientDisconnected _ ->
          false;
    };
  }

  int maxAttempts(TierClass tierClass) {
    return switch (tierClass) {
      case PRIORITY -> priorityAttempts;
      case DEADLINE -> deadlineAttempts;
      case BACKGROUND -> backgroundAttempts;
    };
  }

  private Duration pause(int attempt, Optional<Duration> retryAfter, RandomGenerator random) {
    Duration jitter = Duration.ofNanos(random.nextLong(bound(attempt).toNanos() + 1));
    Duration wanted = smaller(retryAfter.orElse(Duration.ZERO), LONGEST_RETRY_AFTER);
    return wanted.compareTo(jitter) > 0 ? wanted : jitter;
  }

  /// The longest pause after this attempt: doubled each time, without ever overflowing.
  Duration bound(int attempt) {
    Duration bound = firstPause;
    for (int i = 1; i < attempt && bound.compareTo(longestPause) < 0; i++) {
      bound = smaller(bound.multipliedBy(2), longestPause);
    }
    return bound;
  }

  private static Duration smaller(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
