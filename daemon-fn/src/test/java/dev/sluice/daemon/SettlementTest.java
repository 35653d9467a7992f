package dev.sluice.daemon;

import static dev.sluice.daemon.TestingClaimStore.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.call.Ending;
import dev.sluice.call.QueuedCall.Result;
import dev.sluice.daemon.Settlement.Settled;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Start;
import dev.sluice.request.ClaimStore.Wanted;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.RetryPolicy;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SettlementTest {

  private static final Model MODEL = TestingModels.model("m", 10, "first");

  private final InFlight inFlight = started();
  private Instant now = NOON;

  @Test
  void anAnswerIsSavedWithItsBodyAndItsOwnTime() {
    assertThat(settle(TestingCalls.completed(), Optional.empty()))
        .isInstanceOfSatisfying(
            Ended.Finish.class,
            finish -> {
              assertThat(finish.to().finishedAt()).isEqualTo(NOON);
              assertThat(finish.attempt().error()).isNull();
              assertThat(Objects.requireNonNull(finish.response()).decoded())
                  .asString()
                  .isEqualTo("{}");
            });
  }

  /// Whatever the clock of the machine says: only the database's is known here.
  @Test
  void aRetryWaitsByTheClockOfTheDatabase() {
    now = NOON.minus(Duration.ofMinutes(10));
    Ending busy = TestingCalls.failed(new RetriableStatus(503, ""));

    assertThat(settle(busy, Optional.of(Duration.ofSeconds(7))))
        .isInstanceOfSatisfying(
            Ended.Retry.class,
            retry -> assertThat(retry.to().schedule().notBefore()).isEqualTo(now.plusSeconds(7)));
  }

  @ParameterizedTest
  @EnumSource(
      value = Cancellation.class,
      names = {"CANCELED", "TAKEN_OVER"})
  void whatIsNotHeldAnyMoreIsOnlyRecorded(Cancellation reason) {
    assertThat(inFlight.abort(reason)).isTrue();
    assertThat(inFlight.abort(Cancellation.DRAINED)).isFalse();

    assertThat(settle(TestingCalls.completed(), Optional.empty()))
        .isInstanceOfSatisfying(
            Ended.Lost.class, lost -> assertThat(lost.attempt().error()).isEqualTo(reason.label()));
  }

  @Test
  void aDrainedCallGoesBackUnlessItHasEndedAllTheSame() {
    var _ = inFlight.abort(Cancellation.DRAINED);

    assertThat(settled(TestingCalls.failed(new CallLost("")), Optional.empty()))
        .isInstanceOfSatisfying(
            Settled.GiveBack.class,
            back -> assertThat(back.attempt().error()).isEqualTo("drained"));
    assertThat(settle(TestingCalls.completed(), Optional.empty())).isInstanceOf(Ended.Finish.class);
  }

  private Ended settle(Ending ending, Optional<Duration> retryAfter) {
    if (settled(ending, retryAfter) instanceof Settled.Save save) {
      return save.ended();
    }
    throw new AssertionError("It is not to be saved");
  }

  private Settled settled(Ending ending, Optional<Duration> retryAfter) {
    return new Settlement(
            RetryPolicy.DEFAULT, () -> now, new SplittableRandom(20261121), new MetricSeries())
        .settle(inFlight, new Result("first", "first-model", ending, retryAfter));
  }

  private static InFlight started() {
    TestingClaimStore store = new TestingClaimStore();
    var _ = store.add("m", null);
    Claimed claimed =
        store
            .claim(new UUID(1, 2), List.of(new Wanted("m", 1, 1, 0)), Duration.ofSeconds(30))
            .claimed()
            .getFirst();
    InFlight inFlight = new InFlight(claimed, MODEL, MODEL.targets().getFirst());
    inFlight.started(
        store
            .start(List.of(new Start(claimed, "first", "first-model")))
            .started()
            .getFirst()
            .request());
    return inFlight;
  }
}
