package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Backlog.Due;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// When a run wants another one.
final class SuccessorTest {

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Instant AFTER_NOON = NOON.plusNanos(1_000);

  @Test
  void nothingLeftIsNoRun() {
    assertThat(Successor.time(due(null, NOON), false)).isEmpty();
  }

  @Test
  void whatIsDueNowIsDoneAMinuteLater() {
    assertThat(Successor.time(due(NOON.minusSeconds(300), NOON), false)).contains(at("12:01"));
    assertThat(Successor.time(due(NOON, AFTER_NOON), false)).contains(at("12:02"));
  }

  @Test
  void whatIsDueLaterIsDoneInTheFirstMinuteThatBeginsAfterIt() {
    assertThat(Successor.time(due(NOON.plusSeconds(1_800), NOON), false)).contains(at("12:30"));
    assertThat(Successor.time(due(NOON.plusSeconds(1_801), NOON), false)).contains(at("12:31"));
  }

  @Test
  void whatIsDueAfterAnHourIsLeftToTheRegularSchedule() {
    assertThat(Successor.time(due(NOON.plusSeconds(3_600), NOON), false)).contains(at("13:00"));
    assertThat(Successor.time(due(NOON.plusSeconds(3_601), NOON), false)).isEmpty();
  }

  @Test
  void spilledRecordsAreSentAgainAQuarterOfAnHourLater() {
    assertThat(Successor.time(due(null, NOON), true)).contains(at("12:15"));
    assertThat(Successor.time(due(NOON.plusSeconds(60), NOON), true)).contains(at("12:01"));
    assertThat(Successor.time(due(NOON.plusSeconds(7_200), NOON), true)).contains(at("12:15"));
  }

  private static Due due(@Nullable Instant at, Instant now) {
    return new Due(at, now);
  }

  private static Instant at(String time) {
    return Instant.parse("2026-11-21T" + time + ":00Z");
  }
}
