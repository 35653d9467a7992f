package dev.sluice.daemon;

import static dev.sluice.daemon.TestingClaimStore.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.Duty.Pass;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Wanted;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.request.Request.Failed;
import dev.sluice.request.ResponseId;
import dev.sluice.telemetry.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Whole runs that nothing disturbs.
final class DaemonRunTest extends RunFixture {

  @Test
  void itTakesWhatIsQueuedAndEndsWhenNothingIsLeft() {
    for (int i = 0; i < 250; i++) {
      var _ = store.add("m", null);
    }

    Done done = run(TestingCalls.completing(), MINUTE);

    assertThat(done).isEqualTo(Done.of(Count.CLAIMED, 250).plus(Done.of(Count.COMPLETED, 250)));
    assertThat(store.ended).hasSize(250);
    assertThat(store.ends).allMatch(size -> size <= 40);
    assertThat(registry.log).startsWith("register v").endsWith("beat 0", "stop");
    assertThat(Fixture.total(metrics, Metric.DAEMON_CLAIMS)).isEqualTo(250);
  }

  /// However many rows one claim takes, and however seldom it is looked for work otherwise.
  @Test
  void allSlotsAreFilledAtOnce() {
    slots = 250;
    claimEvery = MINUTE;
    models = List.of(TestingModels.model("m", 1_000, "first"));
    for (int i = 0; i < 250; i++) {
      var _ = store.add("m", null);
    }
    CountDownLatch all = new CountDownLatch(250);
    TestingCalls calls =
        new TestingCalls(_ -> {
          all.countDown();
          return Optional.of(isOver(all) ? TestingCalls.completed() : TestingCalls.failed(REFUSED));
        });

    assertThat(run(calls, MINUTE).count(Count.COMPLETED)).isEqualTo(250);
  }

  private static boolean isOver(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Whoever saw that this run has free slots, and left, had put the work where the last look finds
  /// it.
  @Test
  void workThatComesWhileItClosesIsDone() {
    List<String> before = new ArrayList<>();
    store.beforeLook =
        () -> {
          if (before.isEmpty()) {
            before.addAll(registry.log);
            var _ = store.add("m", null);
          }
        };

    assertThat(run(TestingCalls.completing(), MINUTE).count(Count.COMPLETED)).isEqualTo(1);
    assertThat(before).containsExactly("register v", "beat 0");
  }

  /// A claim asks for no more rows than there are slots, and so for some of the models only.
  @Test
  void everyModelIsAskedBeforeItEnds() {
    models =
        IntStream.range(0, 150).mapToObj(i -> TestingModels.model("m" + i, 9, "first")).toList();
    var _ = store.add("m100", null);

    assertThat(run(TestingCalls.completing(), MINUTE).count(Count.COMPLETED)).isEqualTo(1);
  }

  @Test
  void itTakesNothingWhileAnotherRunHasFreeSlots() {
    registry.isAnotherFree = true;
    var _ = store.add("m", null);
    duties.add(duty(new Pass(Done.of(Count.EXPIRED, 2), false)));

    assertThat(run(TestingCalls.completing(), MINUTE)).isEqualTo(Done.of(Count.EXPIRED, 2));
    assertThat(store.asked).isEmpty();
    assertThat(registry.log).containsExactly("register v", "stop");
    assertThat(registry.asked).containsExactly(Set.of("m")).isEqualTo(registry.registered);
  }

  @Test
  void itTakesNothingWhenTooLittleTimeIsLeftForACall() {
    drainMargin = Duration.ofSeconds(30);
    var _ = store.add("m", null);

    assertThat(run(TestingCalls.completing(), Duration.ofSeconds(29))).isEqualTo(Done.NOTHING);
    assertThat(store.pending).hasSize(1);
  }

  @Test
  void neverMoreThanItsSlotsAreTakenAndModelsShareThem() {
    slots = 10;
    models =
        List.of(
            TestingModels.model("a", 4, "first"),
            TestingModels.model("b", 100, "first"),
            TestingModels.model("c", 100, "second"));
    for (int i = 0; i < 60; i++) {
      var _ = store.add(i % 2 == 0 ? "a" : "b", null);
    }

    assertThat(run(TestingCalls.completing(), MINUTE).count(Count.COMPLETED)).isEqualTo(60);

    for (List<Wanted> wanted : store.asked) {
      assertThat(wanted.stream().mapToInt(Wanted::free).sum()).isBetween(1, 10);
      assertThat(wanted).allMatch(each -> each.free() <= (each.model().equals("a") ? 4 : 10));
      assertThat(wanted).allMatch(each -> each.retries() <= Math.min(10, each.free()));
    }
  }

  @Test
  void aFailureIsTriedAgainUntilItIsTooLate() {
    ResponseId soon = store.add("m", NOON.plusSeconds(30));
    ResponseId later = store.add("m", NOON.plusSeconds(1_000));
    TestingCalls calls =
        new TestingCalls(work ->
            Optional.of(
                work.request().schedule().attempt() < 3
                    ? TestingCalls.failed(new RetriableStatus(503, ""))
                    : TestingCalls.completed()));

    Done done = run(calls, MINUTE);

    assertThat(done.count(Count.RETRIED)).isEqualTo(2);
    assertThat(done.count(Count.FAILED)).isEqualTo(1);
    assertThat(done.count(Count.COMPLETED)).isEqualTo(1);
    assertThat(calls.made).containsExactlyInAnyOrder(soon, later, later, later);
    assertThat(store.ended.get(soon))
        .isInstanceOfSatisfying(
            Ended.Finish.class,
            finish ->
                assertThat(finish.to())
                    .isInstanceOfSatisfying(
                        Failed.class,
                        failed ->
                            assertThat(failed.reason()).isEqualTo(new RetriableStatus(503, ""))));
    assertThat(Fixture.total(metrics, Metric.DAEMON_RETRY_DENIED)).isEqualTo(1);
  }

  @Test
  void anOutageCostsNoMoreRetriesThanTheBudget() {
    slots = 20;
    for (int i = 0; i < 200; i++) {
      var _ = store.add("m", null);
    }
    TestingCalls calls =
        new TestingCalls(_ -> Optional.of(TestingCalls.failed(new RetriableStatus(503, ""))));

    Done done = run(calls, MINUTE);

    assertThat(calls.made).hasSize(200 + 20 + 10);
    assertThat(done.count(Count.FAILED)).isZero();
    assertThat(store.pending).hasSize(200);
  }

  @Test
  void whatWasPutBackIsTriedAgainWhicheverModelOfItsUpstreamItIsFor() {
    models =
        IntStream.range(0, 12).mapToObj(i -> TestingModels.model("m" + i, 100, "one")).toList();
    for (int i = 0; i < 12; i++) {
      var _ = store.addDelayed("m" + i);
    }

    assertThat(run(TestingCalls.completing(), MINUTE).count(Count.COMPLETED)).isEqualTo(12);
  }
}
