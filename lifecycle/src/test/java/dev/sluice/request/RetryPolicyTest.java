package dev.sluice.request;

import static dev.sluice.request.Requests.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.sluice.request.RetryPolicy.Retry;
import dev.sluice.request.RetryPolicy.Retry.Again;
import dev.sluice.request.RetryPolicy.Retry.GiveUp;
import dev.sluice.request.RetryPolicy.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class RetryPolicyTest {

  private static final long SEED = 20261121;
  private static final int ROUNDS = 20_000;
  private static final RetryPolicy POLICY = RetryPolicy.DEFAULT;
  private static final FailureReason BUSY = new RetriableStatus(503, "");

  private final RandomGenerator random = new SplittableRandom(SEED);

  @Test
  void anyPauseIsWithinItsJitterAndNeverBelowWhatTheUpstreamAsked() {
    for (int round = 0; round < ROUNDS; round++) {
      int attempt = 1 + random.nextInt(999);
      Duration asked = Duration.ofMillis(random.nextLong(120_000));
      Optional<Duration> retryAfter = random.nextBoolean() ? Optional.of(asked) : Optional.empty();

      Duration pause = pause(decide(ServiceTier.FLEX, attempt, null, retryAfter));

      Duration jitter = Duration.ofMillis(1_000L << Math.min(attempt - 1, 6)); // 64 s is cut to 60
      Duration most = jitter.compareTo(Duration.ofMinutes(1)) < 0 ? jitter : Duration.ofMinutes(1);
      Duration least = retryAfter.orElse(Duration.ZERO);
      assertThat(pause)
          .as("seed %s, round %s, attempt %s, %s", SEED, round, attempt, retryAfter)
          .isBetween(least, most.compareTo(least) > 0 ? most : least);
    }
  }

  @Test
  void noRetryBeginsInTheLastMinuteBeforeTheDeadline() {
    int granted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int attempt = 1 + random.nextInt(999);
      Instant deadline = NOON.plusMillis(random.nextLong(-60_000, 240_000));
      Optional<Duration> retryAfter =
          random.nextInt(4) == 0
              ? Optional.of(Duration.ofSeconds(random.nextLong(Long.MAX_VALUE / 2)))
              : Optional.empty();

      switch (decide(ServiceTier.FLEX, attempt, deadline, retryAfter)) {
        case Again(var pending) -> {
          granted++;
          assertThat(pending.schedule().notBefore())
              .as("seed %s, round %s, attempt %s", SEED, round, attempt)
              .isBefore(deadline.minusSeconds(60))
              .isAfterOrEqualTo(NOON);
          assertThat(pending.schedule().deadline()).isEqualTo(deadline);
        }
        case GiveUp(var failed, Why why) -> {
          assertThat(why).isEqualTo(Why.DEADLINE);
          assertThat(failed.reason()).isEqualTo(BUSY);
        }
      }
    }
    assertThat(granted).as("seed %s", SEED).isBetween(ROUNDS / 10, ROUNDS * 9 / 10);
  }

  /// The whole range is used: jitter that clusters would make a herd.
  @Test
  void jitterIsSpreadOverItsRange() {
    long sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
      sum += pause(decide(ServiceTier.FLEX, 4, null, Optional.empty())).toMillis();
    }

    assertThat(sum / ROUNDS).as("seed %s", SEED).isBetween(3_900L, 4_100L);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 2",
    "3, 4",
    "6, 32",
    "7, 60",
    "8, 60",
    "63, 60",
    "64, 60",
    "65, 60",
    "1000, 60",
    "2147483647, 60"
  })
  void theBoundDoublesUntilItIsFull(int attempt, int seconds) {
    assertThat(POLICY.bound(attempt)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "DEFAULT, 5",
    "PRIORITY, 5",
    "FLEX, 1000",
    "BACKGROUND, 20",
  })
  void everyClassHasItsMostAttempts(ServiceTier tier, int most) {
    assertThat(decide(tier, most - 1, null, Optional.empty())).isInstanceOf(Again.class);
    for (int attempt : new int[] {most, most + 1, Integer.MAX_VALUE}) {
      assertThat(decide(tier, attempt, null, Optional.empty()))
          .isInstanceOfSatisfying(
              GiveUp.class,
              gaveUp -> {
                assertThat(gaveUp.why()).isEqualTo(Why.MAX_ATTEMPTS);
                assertThat(gaveUp.failed().reason()).isEqualTo(BUSY);
              });
    }
  }

  @Test
  void theLargestAttemptOverflowsNothing() {
    RetryPolicy endless =
        new RetryPolicy(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Duration.ofNanos(1),
            Duration.ofDays(1),
            Duration.ZERO);

    Dispatched from = Requests.dispatched(ServiceTier.FLEX, Integer.MAX_VALUE - 1, null);
    Retry retry =
        endless.decide(from, from.fail(503, BUSY, null, NOON), Optional.empty(), NOON, random);

    assertThat(pause(retry)).isBetween(Duration.ZERO, Duration.ofDays(1));
  }

  @Test
  void anUpstreamCannotPutARequestOffForEver() {
    Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);

    assertThat(pause(decide(ServiceTier.FLEX, 1, null, Optional.of(forEver))))
        .isEqualTo(Duration.ofHours(24));
  }

  @Test
  void aPauseThatTheUpstreamAskedForCountsForTheDeadline() {
    Instant deadline = NOON.plusSeconds(90);

    assertThat(decide(ServiceTier.FLEX, 1, deadline, Optional.of(Duration.ofMillis(29_999))))
        .isInstanceOf(Again.class);
    assertThat(decide(ServiceTier.FLEX, 1, deadline, Optional.of(Duration.ofSeconds(30))))
        .isInstanceOf(GiveUp.class);
  }

  static Stream<Arguments> reasons() {
    return Stream.of(
        Arguments.of(BUSY, true),
        Arguments.of(new NetworkError("connect", "No connection"), true),
        Arguments.of(new NetworkError("too_large", "Too large"), true),
        Arguments.of(new TimedOut("idle"), true),
        Arguments.of(new TruncatedStream(), true),
        Arguments.of(new CallLost("Interrupted"), true),
        Arguments.of(new WorkerLost(), true),
        Arguments.of(new NonRetriableStatus(400, ""), false),
        Arguments.of(new RequestRejected("No such model"), false),
        Arguments.of(new DeadlineExceeded(), false),
        Arguments.of(new GatewayLost(), false),
        Arguments.of(new ClientDisconnected(), false));
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void onlyWhatMaySucceedLaterIsTriedAgain(FailureReason reason, boolean again) {
    Dispatched from = Requests.dispatched(ServiceTier.FLEX, 1, null);
    Failed failed = from.fail(null, reason, null, NOON);

    Retry retry = POLICY.decide(from, failed, Optional.empty(), NOON, random);

    if (again) {
      assertThat(retry).isInstanceOf(Again.class);
    } else {
      assertThat(retry).isEqualTo(new GiveUp(failed, Why.NOT_RETRIABLE));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 1, 1, 0",
    "1, 0, 1, 1, 1, 0",
    "1, 1, 0, 1, 1, 0",
    "1, 1, 1, 0, 1, 0",
    "1, 1, 1, 2, 1, 0",
    "1, 1, 1, 1, 1, -1"
  })
  void limitsThatCannotWorkAreRefused(
      int priority, int deadline, int background, int first, int longest, int before) {
    assertThatThrownBy(() ->
            new RetryPolicy(
                priority,
                deadline,
                background,
                Duration.ofSeconds(first),
                Duration.ofSeconds(longest),
                Duration.ofSeconds(before)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Retry decide(
      ServiceTier tier, int attempt, @Nullable Instant deadline, Optional<Duration> retryAfter) {
    Dispatched from = Requests.dispatched(tier, attempt, deadline);
    return POLICY.decide(from, from.fail(503, BUSY, null, NOON), retryAfter, NOON, random);
  }

  private static Duration pause(Retry retry) {
    if (retry instanceof Again(var pending) && pending.schedule().notBefore() != null) {
      return Duration.between(NOON, pending.schedule().notBefore());
    }
    throw new AssertionError("There is no other attempt: " + retry);
  }
}
