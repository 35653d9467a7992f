package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Schedule;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EscalationTest {

  private static final Duration NEAR = Duration.ofMinutes(15);
  private static final Instant DEADLINE = Instant.parse("2026-11-21T12:00:00Z");
  private static final Model MODEL = TestingModels.model("m", 10, "a", "b", "c");

  @Test
  void farFromTheDeadlineItIsAlwaysTheFirst() {
    assertThat(asked(MODEL, DEADLINE, DEADLINE.minus(NEAR).minusNanos(1)))
        .containsExactly("a", "a", "a", "a");
  }

  @Test
  void nearTheDeadlineTheOthersHaveTheirTurn() {
    assertThat(asked(MODEL, DEADLINE, DEADLINE.minus(NEAR))).containsExactly("b", "c", "a", "b");
    assertThat(asked(MODEL, DEADLINE, DEADLINE.plusSeconds(1))).containsExactly("b", "c", "a", "b");
  }

  @Test
  void withoutADeadlineAllTakeTurns() {
    assertThat(asked(MODEL, null, DEADLINE)).containsExactly("a", "b", "c", "a");
  }

  @Test
  void theOnlyTargetIsAlwaysAsked() {
    Model only = TestingModels.model("m", 10, "a");

    assertThat(asked(only, DEADLINE, DEADLINE)).containsOnly("a");
    assertThat(asked(only, null, DEADLINE)).containsOnly("a");
  }

  /// Whom the attempts 1 to 4 ask.
  private static List<String> asked(Model model, @Nullable Instant deadline, Instant now) {
    return IntStream.rangeClosed(1, 4)
        .mapToObj(attempt -> new Schedule(attempt, 0, null, deadline))
        .map(schedule -> Escalation.target(model, schedule, now, NEAR).upstream().name())
        .toList();
  }
}
