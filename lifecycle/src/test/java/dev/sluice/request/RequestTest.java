package dev.sluice.request;

import static dev.sluice.request.Requests.CLAIM;
import static dev.sluice.request.Requests.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.FailureReason.DeadlineExceeded;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.FailureReason.WorkerLost;
import dev.sluice.request.Request.Canceled;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Completed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Failed;
import dev.sluice.request.Request.Pending;
import dev.sluice.request.Request.Queued;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every arrow of the diagram, and what it keeps.
final class RequestTest {

  private static final Instant LATER = NOON.plusSeconds(9);
  private static final Usage USAGE = new Usage(1, 2, 0, 0);

  @Test
  void aClaimCountsTheAttempt() {
    Pending pending = Requests.pending(LATER);

    Claimed claimed = pending.claim(CLAIM);

    assertThat(claimed.claim()).isEqualTo(CLAIM);
    assertThat(claimed.schedule()).isEqualTo(new Schedule(1, 0, null, LATER));
    assertThat(claimed.data()).isEqualTo(pending.data());
  }

  @Test
  void aReleaseGivesTheAttemptBack() {
    Pending pending = Requests.pending(LATER);

    assertThat(pending.claim(CLAIM).release()).isEqualTo(pending);
  }

  @Test
  void aStartTellsWhenTheCallBegan() {
    Dispatched dispatched = Requests.claimed().start(LATER);

    assertThat(dispatched.data().startedAt()).isEqualTo(LATER);
    assertThat(dispatched.schedule()).isEqualTo(Requests.claimed().schedule());
    assertThat(dispatched.claim()).isEqualTo(CLAIM);
  }

  @Test
  void aDrainCountsTheAttemptAndNoCrashAndMakesNoRetry() {
    Pending pending = Requests.claimed().start(NOON).drain();

    assertThat(pending.schedule()).isEqualTo(new Schedule(1, 0, null, null));
  }

  @Test
  void aRetryWaits() {
    Pending pending = Requests.claimed().start(NOON).retry(LATER);

    assertThat(pending.schedule()).isEqualTo(new Schedule(1, 0, LATER, null));
    assertThat(pending.claim(CLAIM).schedule()).isEqualTo(new Schedule(2, 0, LATER, null));
  }

  @Test
  void aCallEndsWellOrBadly() {
    Dispatched dispatched = Requests.claimed().start(NOON);

    assertThat(dispatched.complete(200, true, USAGE, LATER))
        .isEqualTo(new Completed(dispatched.data(), 200, true, USAGE, null, LATER));
    assertThat(dispatched.fail(null, new TruncatedStream(), USAGE, LATER))
        .isEqualTo(new Failed(dispatched.data(), null, new TruncatedStream(), USAGE, LATER));
  }

  @Test
  void aPendingRequestExpires() {
    Pending pending = Requests.pending(NOON);

    assertThat(pending.expire(LATER))
        .isEqualTo(new Failed(pending.data(), null, new DeadlineExceeded(), null, LATER));
  }

  @Test
  void everyQueuedStateCanBeCanceled() {
    Pending pending = Requests.pending(null);
    Claimed claimed = pending.claim(CLAIM);

    for (Queued queued : List.<Queued>of(pending, claimed, claimed.start(NOON))) {
      assertThat(queued.cancel(LATER)).isEqualTo(new Canceled(queued.data(), null, LATER));
    }
  }

  @Test
  void aLostWorkerIsACrashUntilThereWereTooMany() {
    Claimed claimed = Requests.claimed();

    assertThat(claimed.rescue(2, LATER))
        .isEqualTo(new Pending(claimed.data(), new Schedule(1, 1, null, null)));
    assertThat(claimed.rescue(1, LATER))
        .isEqualTo(new Failed(claimed.data(), null, new WorkerLost(), null, LATER));

    Dispatched dispatched = claimed.start(NOON);
    Pending again = (Pending) dispatched.rescue(3, LATER);
    Pending andAgain = (Pending) again.claim(CLAIM).start(NOON).rescue(3, LATER);
    assertThat(andAgain.schedule()).isEqualTo(new Schedule(2, 2, null, null));
    assertThat(andAgain.claim(CLAIM).rescue(3, LATER)).isInstanceOf(Failed.class);
  }

  @Test
  void countsAreNeverNegative() {
    assertThatThrownBy(() -> new Schedule(-1, 0, null, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Schedule(0, -1, null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyTierHasItsClass() {
    assertThat(TierClass.of(ServiceTier.DEFAULT)).isEqualTo(TierClass.PRIORITY);
    assertThat(TierClass.of(ServiceTier.PRIORITY)).isEqualTo(TierClass.PRIORITY);
    assertThat(TierClass.of(ServiceTier.FLEX)).isEqualTo(TierClass.DEADLINE);
    assertThat(TierClass.of(ServiceTier.BACKGROUND)).isEqualTo(TierClass.BACKGROUND);
  }
}
