package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.daemon.Duty.Pass;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DaemonRunTest {

  private static final UUID RUN = new UUID(1, 2);
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Done ONE = new Done(1, 0, 0);

  private long nanos;
  private final List<String> log = new ArrayList<>();
  private @Nullable RuntimeException registryFault;

  @Test
  void eachDutyHasItsTurnUntilThereIsNothingLeft() {
    Done done =
        run(
            Duration.ofMinutes(1),
            duty("long", turn -> new Pass(ONE, turn < 3)),
            duty("short", _ -> new Pass(new Done(0, 2, 1), false)));

    assertThat(done).isEqualTo(new Done(3, 2, 1));
    assertThat(log).containsExactly("register v", "long", "short", "long", "long", "stop " + done);
  }

  @Test
  void itStopsBeforeTheMarginOfItsTimeAndSaysSo() {
    Done done =
        run(
            Duration.ofSeconds(60),
            duty(
                "endless",
                _ -> {
                  nanos += Duration.ofSeconds(7).toNanos();
                  return new Pass(ONE, true);
                }));

    // 60 s less the margin of 20 s hold passes that begin at 0, 7, 14, 21, 28 and 35 s.
    assertThat(done).isEqualTo(new Done(6, 0, 0));
    assertThat(log).endsWith("stop " + done);
  }

  @Test
  void withoutTimeForAnythingItOnlyEntersItself() {
    assertThat(run(Duration.ofSeconds(20), duty("never", _ -> new Pass(ONE, false))))
        .isEqualTo(Done.NOTHING);
    assertThat(log).containsExactly("register v", "stop " + Done.NOTHING);
  }

  @Test
  void itBeatsBetweenPassesWhenABeatIsDue() {
    var _ =
        run(
            Duration.ofMinutes(5),
            duty(
                "d",
                turn -> {
                  nanos += Duration.ofSeconds(6).toNanos();
                  return new Pass(Done.NOTHING, turn < 5);
                }));

    assertThat(log)
        .containsExactly(
            "register v", "d", "d", "beat", "d", "d", "beat", "d", "stop " + Done.NOTHING);
  }

  @Test
  void aDutyThatFailsEndsForThisRunAndTheOthersGoOnBeforeTheRunFails() {
    IllegalStateException first = new IllegalStateException("first");
    IllegalStateException second = new IllegalStateException("second");

    assertThatThrownBy(() ->
            run(
                Duration.ofMinutes(1),
                duty("bad", _ -> fail(first)),
                duty("good", turn -> new Pass(ONE, turn < 2)),
                duty("worse", turn -> turn == 1 ? new Pass(ONE, true) : fail(second))))
        .isSameAs(first)
        .hasSuppressedException(second);

    assertThat(log)
        .containsExactly(
            "register v", "bad", "good", "worse", "good", "worse", "stop " + new Done(3, 0, 0));
  }

  @Test
  void aRunThatCannotEnterItselfDoesNothing() {
    registryFault = new IllegalStateException("no database");

    assertThatThrownBy(() -> run(Duration.ofMinutes(1), duty("d", _ -> new Pass(ONE, false))))
        .isSameAs(registryFault);
    assertThat(log).containsExactly("register v");
  }

  private static Pass fail(RuntimeException e) {
    throw e;
  }

  private Done run(Duration time, Duty... duties) {
    Duration ten = Duration.ofSeconds(10);
    DaemonConfiguration configuration =
        new DaemonConfiguration(ten, 1, Duration.ofSeconds(1), 1, ten, ten, Duration.ofSeconds(20));
    return new DaemonRun(
            RUN,
            new TestingRegistry(),
            new DatabaseClock(() -> nanos),
            List.of(duties),
            configuration)
        .run("v", Deadline.in(time, () -> nanos));
  }

  /// @param pass makes the n-th pass, counted from 1
  private Duty duty(String name, IntFunction<Pass> pass) {
    return new Duty() {

      private int turn;

      @Override
      public String name() {
        return name;
      }

      @Override
      public Pass pass(Deadline end) {
        log.add(name);
        turn++;
        return pass.apply(turn);
      }
    };
  }

  private final class TestingRegistry implements DaemonRegistry {

    @Override
    public Instant register(UUID id, String version) {
      return entered("register " + version);
    }

    @Override
    public Instant beat(UUID id, int freeSlots) {
      return entered("beat");
    }

    @Override
    public boolean isAnotherFree(UUID self, Duration fresh) {
      return false;
    }

    @Override
    public Instant stop(UUID id, Done done) {
      return entered("stop " + done);
    }

    private Instant entered(String line) {
      log.add(line);
      if (registryFault != null) {
        throw registryFault;
      }
      return NOON.plusNanos(nanos);
    }
  }
}
