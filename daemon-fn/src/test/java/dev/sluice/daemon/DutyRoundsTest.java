package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.daemon.Duty.Pass;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

final class DutyRoundsTest {

  private static final Done ONE = Done.of(Count.GATEWAYS_LOST, 1);

  private long nanos;
  private final List<String> log = new ArrayList<>();
  private final Tally tally = new Tally();
  private final Failures failures = new Failures();

  @Test
  void eachDutyHasItsTurnUntilThereIsNothingLeft() {
    Done two = Done.of(Count.SPILLS_SWEPT, 2);

    round(
        Duration.ofMinutes(1),
        duty("long", turn -> new Pass(ONE, turn < 3)),
        duty("short", _ -> new Pass(two, false)));

    assertThat(tally.done()).isEqualTo(Done.of(Count.GATEWAYS_LOST, 3).plus(two));
    assertThat(log).containsExactly("long", "short", "long", "long");
  }

  @Test
  void noPassBeginsAfterTheEnd() {
    round(
        Duration.ofSeconds(40),
        duty(
            "endless",
            _ -> {
              nanos += Duration.ofSeconds(7).toNanos();
              return new Pass(ONE, true);
            }));

    assertThat(log).hasSize(6); // at 0, 7, 14, 21, 28 and 35 s
  }

  @Test
  void aDutyThatFailsEndsForThisRoundAndTheOthersGoOn() {
    IllegalStateException first = new IllegalStateException("first");
    IllegalStateException second = new IllegalStateException("second");

    round(
        Duration.ofMinutes(1),
        duty("bad", _ -> fail(first)),
        duty("good", turn -> new Pass(ONE, turn < 2)),
        duty("worse", turn -> turn == 1 ? new Pass(ONE, true) : fail(second)));

    assertThat(log).containsExactly("bad", "good", "worse", "good", "worse");
    assertThatThrownBy(failures::raise).isSameAs(first).hasSuppressedException(second);
  }

  private static Pass fail(RuntimeException e) {
    throw e;
  }

  /// One round: making the duties of the second stops it.
  private void round(Duration time, Duty... duties) {
    List<DutyRounds> self = new ArrayList<>();
    List<List<Duty>> rounds = new ArrayList<>(List.of(List.of(duties), List.of()));
    DutyRounds made =
        new DutyRounds(
            () -> {
              if (rounds.size() == 1) {
                self.getFirst().stop();
              }
              return rounds.removeFirst();
            },
            Duration.ofMillis(1),
            Deadline.in(time, () -> nanos),
            tally,
            failures,
            new Bell());
    self.add(made);
    assertThat(made.isBusy()).isTrue();

    made.run();

    assertThat(made.isBusy()).isFalse();
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
}
