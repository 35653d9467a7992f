package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class DatabaseClockTest {

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private long nanos = Long.MAX_VALUE - 10; // a monotonic clock may start anywhere, and overflow
  private final DatabaseClock clock = new DatabaseClock(() -> nanos);

  @Test
  void itGoesOnFromWhatTheDatabaseSaidLast() {
    clock.heard(NOON);
    assertThat(clock.instant()).isEqualTo(NOON);

    nanos += 1_500_000_000;
    assertThat(clock.instant()).isEqualTo(NOON.plusMillis(1_500));

    clock.heard(NOON.plusSeconds(60));
    nanos += 1;
    assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(60).plusNanos(1));
  }

  @Test
  void itFollowsADatabaseThatWasSetBack() {
    clock.heard(NOON);
    clock.heard(NOON.minusSeconds(60));

    assertThat(clock.instant()).isEqualTo(NOON.minusSeconds(60));
  }

  @Test
  void aSlowAnswerDoesNotTurnItBack() {
    clock.heard(NOON);
    nanos += 3_000_000_000L;
    clock.heard(NOON.plusSeconds(1));

    assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(3));
  }

  @Test
  void itKnowsNoTimeBeforeTheFirstAnswer() {
    assertThatThrownBy(clock::instant).isInstanceOf(IllegalStateException.class);
  }
}
