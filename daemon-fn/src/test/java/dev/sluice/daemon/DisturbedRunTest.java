package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.daemon.Duty.Pass;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.request.ResponseId;
import dev.sluice.telemetry.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whole runs whose database, calls, duties or time let them down.
final class DisturbedRunTest extends RunFixture {

  @Test
  void aDatabaseThatIsAwayForAMomentLosesNoResult() {
    for (int i = 0; i < 30; i++) {
      var _ = store.add("m", null);
    }
    store.outages = 3;

    assertThat(run(TestingCalls.completing(), MINUTE).count(Count.COMPLETED)).isEqualTo(30);
    assertThat(Fixture.total(metrics, Metric.DAEMON_RESULTS_LOST)).isZero();
  }

  /// Nobody can take them while it is away, and who takes them before the results come wins.
  @Test
  void aDatabaseThatIsAwayForLongerThanALeaseLosesNoResult() {
    var _ = store.add("m", null);
    store.outages = 6;

    assertThat(run(TestingCalls.completing(), MINUTE).count(Count.COMPLETED)).isEqualTo(1);
  }

  @Test
  void aDatabaseThatStaysAwayUntilTheEndGetsTheRequestsBack() {
    stopMargin = Duration.ofMillis(7_500);
    drainMargin = stopMargin;
    ResponseId id = store.add("m", null);
    store.outages = Integer.MAX_VALUE;

    Done done = run(TestingCalls.completing(), stopMargin.plusMillis(500));

    assertThat(done).isEqualTo(Done.of(Count.CLAIMED, 1));
    assertThat(store.held).containsOnlyKeys(id);
    assertThat(Fixture.total(metrics, Metric.DAEMON_RESULTS_LOST)).isEqualTo(1);
  }

  @Test
  void oneResultThatIsRefusedHoldsUpNoOther() {
    for (int i = 0; i < 20; i++) {
      store.poison = store.add("m", null);
    }

    assertThat(run(TestingCalls.completing(), MINUTE).count(Count.COMPLETED)).isEqualTo(19);
    assertThat(store.held).hasSize(1);
    assertThat(Fixture.total(metrics, Metric.DAEMON_RESULTS_LOST)).isEqualTo(1);
  }

  @Test
  @Timeout(20)
  void whatCouldNotBeStartedGoesBackAtOnce() throws Exception {
    ResponseId first = store.add("m", null);
    TestingCalls calls = new TestingCalls(_ -> Optional.empty());
    FutureTask<Done> run = new FutureTask<>(() -> run(calls, MINUTE));
    Thread thread = Thread.ofPlatform().start(run);
    calls.firstBegan.await();

    synchronized (store) {
      var _ = store.add("m", null);
      store.faults.put("start", 1);
    }
    store.awaitGivenBack(1);

    assertThat(store.pending).singleElement().matches(row -> row.schedule().attempt() == 0);
    assertThat(store.held).containsOnlyKeys(first);
    thread.interrupt();
    assertThatThrownBy(() -> run.get(10, TimeUnit.SECONDS))
        .hasMessageContaining("start is refused");
  }

  /// Neither its run nor a statement knows of a call; it does not wait for its lease either.
  @Test
  @Timeout(20)
  void whatAStartHasStartedWhoseAnswerIsLostGoesBack() {
    var _ = store.add("m", null);
    store.lostStart = new IllegalStateException("lost");

    assertThatThrownBy(() -> run(TestingCalls.completing(), MINUTE)).isSameAs(store.lostStart);

    assertThat(store.held).isEmpty();
    assertThat(store.pending).hasSize(1);
  }

  /// Their leases end, because nobody extends them.
  @Test
  @Timeout(20)
  void whatCannotBeGivenBackIsNotHeld() {
    var _ = store.add("m", null);
    store.faults.putAll(Map.of("start", 1, "release", 1));

    assertThatThrownBy(() -> run(TestingCalls.completing(), MINUTE)).hasMessage("start is refused");

    assertThat(store.held).hasSize(1);
    assertThat(store.faults).containsEntry("release", 0);
  }

  @Test
  void whatWasCanceledBeforeItsStartHasNoAttempt() {
    store.canceled = store.add("m", null);
    TestingCalls calls = TestingCalls.completing();

    var _ = run(calls, MINUTE);

    assertThat(calls.made).isEmpty();
    assertThat(store.drained).isEmpty();
    assertThat(store.held).isEmpty();
    assertThat(store.pending).isEmpty();
  }

  @Test
  @Timeout(20)
  void aRunThatClaimsWhatItStillHoldsEndsTheOldCallFirst() throws Exception {
    ResponseId id = store.add("m", null);
    AtomicInteger made = new AtomicInteger();
    TestingCalls calls =
        new TestingCalls(_ ->
            made.getAndIncrement() == 0 ? Optional.empty() : Optional.of(TestingCalls.completed()));
    FutureTask<Done> run = new FutureTask<>(() -> run(calls, MINUTE));
    var _ = Thread.ofPlatform().start(run);
    calls.firstBegan.await();

    store.takeBack(id);

    assertThat(run.get(10, TimeUnit.SECONDS).count(Count.COMPLETED)).isEqualTo(1);
    assertThat(calls.made).containsExactly(id, id);
    assertThat(Fixture.total(metrics, Metric.DAEMON_STALE_RESULTS)).isEqualTo(1);
    assertThat(store.held).isEmpty();
  }

  @Test
  void anInterruptedRunGivesBackWhatRuns() throws Exception {
    ResponseId id = store.add("m", null);
    TestingCalls calls = new TestingCalls(_ -> Optional.empty());
    FutureTask<Done> run =
        new FutureTask<>(() -> {
          Done done = run(calls, MINUTE);
          assertThat(Thread.interrupted()).isTrue();
          return done;
        });
    Thread thread = Thread.ofPlatform().start(run);
    calls.firstBegan.await();

    thread.interrupt();

    assertThat(run.get(10, TimeUnit.SECONDS))
        .isEqualTo(Done.of(Count.CLAIMED, 1).plus(Done.of(Count.RETURNED, 1)));
    assertThat(store.pending)
        .singleElement()
        .satisfies(row -> {
          assertThat(row.data().id()).isEqualTo(id);
          assertThat(row.schedule().crashes()).isZero();
          assertThat(row.schedule().attempt()).isEqualTo(1);
        });
    assertThat(registry.log).endsWith("stop");
  }

  /// Who is told of free slots leaves its work to this run.
  @Test
  @Timeout(20)
  void aRunThatIsAskedToStopSaysFirstThatItTakesNoMore() throws Exception {
    var _ = store.add("m", null);
    List<String> before = new ArrayList<>();
    TestingCalls calls = new TestingCalls(_ -> Optional.empty());
    calls.onAbort = () -> before.addAll(registry.log);
    FutureTask<Done> run = new FutureTask<>(() -> run(calls, MINUTE));
    Thread thread = Thread.ofPlatform().start(run);
    calls.firstBegan.await();
    registry.free.await();

    thread.interrupt();

    assertThat(run.get(10, TimeUnit.SECONDS).count(Count.RETURNED)).isEqualTo(1);
    assertThat(before).endsWith("beat 0");
  }

  /// Their function may be frozen, and goes on with them at its next call.
  @Test
  @Timeout(20)
  void noCallOutlivesItsRun() throws Exception {
    var _ = store.add("m", null);
    AtomicBoolean isOver = new AtomicBoolean();
    TestingCalls calls =
        new TestingCalls(_ -> {
          try {
            new CountDownLatch(1).await(); // It does not hear of an abort.
          } catch (InterruptedException _) {
            isOver.set(true);
          }
          return Optional.of(TestingCalls.completed());
        });
    FutureTask<Boolean> run =
        new FutureTask<>(() -> {
          var _ = run(calls, MINUTE);
          return isOver.get();
        });
    Thread thread = Thread.ofPlatform().start(run);
    calls.firstBegan.await();

    thread.interrupt();

    assertThat(run.get(15, TimeUnit.SECONDS)).isTrue();
    assertThat(store.held).isEmpty();
  }

  @Test
  void aRunGivesBackWhatRunsWhenItsTimeIsOver() {
    var _ = store.add("m", null);

    Done done = run(new TestingCalls(_ -> Optional.empty()), Duration.ofMillis(20_600));

    assertThat(done.count(Count.RETURNED)).isEqualTo(1);
    assertThat(store.held).isEmpty();
  }

  @Test
  void aDutyThatFailsFailsTheRunAfterTheRest() {
    IllegalStateException fault = new IllegalStateException("bad");
    duties.add(
        new Duty() {
          @Override
          public String name() {
            return "bad";
          }

          @Override
          public Pass pass(Deadline end) {
            throw fault;
          }
        });
    var _ = store.add("m", null);

    assertThatThrownBy(() -> run(TestingCalls.completing(), MINUTE)).isSameAs(fault);
    assertThat(store.ended).hasSize(1);
    assertThat(registry.log).endsWith("stop");
  }

  @Test
  void aRunThatCannotEnterItselfDoesNothing() {
    registry.fault = new IllegalStateException("no database");

    assertThatThrownBy(() -> run(TestingCalls.completing(), MINUTE)).isSameAs(registry.fault);
    assertThat(registry.log).containsExactly("register v");
  }
}
