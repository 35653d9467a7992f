package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresDaemonRegistryTest {

  private static final UUID RUN = UUID.fromString("019aa5d5-6a3b-4000-8000-00000000000d");

  private static final UUID OTHER = UUID.fromString("019aa5d5-6a3b-4000-8000-00000000000e");

  private static final Set<String> MODELS = Set.of("m", "new");

  private StoreFixture fixture;
  private DaemonRegistry registry;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
    registry = fixture.daemons();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void aRunIsEnteredWithTheClockOfTheDatabase() {
    Instant now = registry.register(RUN, "7", MODELS);

    assertThat(fixture.query("select id, version, stopped_at from daemon"))
        .containsExactly(RUN + "|7|-");
    assertThat(fixture.query(at("started_at", now))).containsExactly("1");
    assertThat(fixture.query(at("heartbeat_at", now))).containsExactly("1");
  }

  @Test
  void aBeatMovesTheHeartbeatAndTellsTheFreeSlots() {
    Instant started = registry.register(RUN, "7", MODELS);

    Instant now = registry.beat(RUN, 3);

    assertThat(now).isAfter(started);
    assertThat(fixture.query(at("started_at", started))).containsExactly("1");
    assertThat(fixture.query(at("heartbeat_at", now))).containsExactly("1");
    assertThat(fixture.query("select stopped_at, free_slots from daemon")).containsExactly("-|3");
  }

  @Test
  void aRunIsFreeForOthersWhileItIsAliveAndHasSlots() {
    Duration fresh = Duration.ofSeconds(15);
    registry.register(RUN, "7", MODELS);
    assertThat(registry.isAnotherFree(OTHER, MODELS, fresh)).as("just entered").isFalse();

    registry.beat(RUN, 3);
    assertThat(registry.isAnotherFree(OTHER, MODELS, fresh)).as("with slots").isTrue();
    assertThat(registry.isAnotherFree(RUN, MODELS, fresh)).as("to itself").isFalse();

    age(RUN, "14 seconds");
    assertThat(registry.isAnotherFree(OTHER, MODELS, fresh)).as("a little old").isTrue();
    age(RUN, "16 seconds");
    assertThat(registry.isAnotherFree(OTHER, MODELS, fresh)).as("too old").isFalse();

    registry.beat(RUN, 0);
    assertThat(registry.isAnotherFree(OTHER, MODELS, fresh)).as("without slots").isFalse();
    registry.beat(RUN, 1);
    registry.stop(RUN, Done.NOTHING);
    assertThat(registry.isAnotherFree(OTHER, MODELS, fresh)).as("ended").isFalse();
    assertThat(fixture.query("select free_slots from daemon")).containsExactly("0");
  }

  /// After a deployment the runs of before know nothing of a new model.
  @Test
  void aRunThatServesOtherModelsIsNotFreeForThese() {
    Duration fresh = Duration.ofSeconds(15);
    Set<String> before = Set.of("m");
    registry.register(RUN, "7", before);
    registry.beat(RUN, 3);

    assertThat(registry.isAnotherFree(OTHER, MODELS, fresh)).isFalse();
    assertThat(registry.isAnotherFree(OTHER, before, fresh)).isTrue();
  }

  @Test
  void aStopTellsWhatTheRunDid() {
    registry.register(RUN, "7", MODELS);

    Done done = Done.NOTHING;
    List<String> expected = new ArrayList<>();
    for (Count count : Count.values()) {
      long number = 10L + expected.size();
      done = done.plus(Done.of(count, number)).plus(Done.of(count, 1));
      expected.add(count.text() + "=" + (number + 1));
    }
    Instant now = registry.stop(RUN, done);

    assertThat(fixture.query(at("stopped_at", now))).containsExactly("1");
    assertThat(Count.values())
        .extracting(count ->
            count.text()
                + "="
                + fixture.query("select " + count.text() + " from daemon").getFirst())
        .isEqualTo(expected);
  }

  @Test
  void whatWasNotDoneIsNotTold() {
    assertThat(Done.of(Count.CLAIMED, 0)).isEqualTo(Done.NOTHING);
    assertThat(Done.of(Count.CLAIMED, 2).plus(Done.of(Count.FAILED, 1)).counts())
        .containsOnly(Map.entry(Count.CLAIMED, 2L), Map.entry(Count.FAILED, 1L));
  }

  @Test
  void whatIsNotGoingOnNeitherBeatsNorStops() {
    registry.register(RUN, "7", MODELS);
    registry.stop(RUN, new Done(3, 2, 1));

    assertThatThrownBy(() -> registry.beat(RUN, 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(RUN.toString());
    assertThatThrownBy(() -> registry.stop(RUN, new Done(0, 0, 0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> registry.beat(new UUID(0, 1), 0))
        .isInstanceOf(IllegalStateException.class);
    assertThat(fixture.query("select gateways_lost from daemon")).containsExactly("3");
  }

  @Test
  void runsWithoutASignOfLifeForAWeekAreForgottenAHundredAtATime() {
    enter(0, "'8 days'", "now() - interval '8 days'"); // It ended.
    enter(1, "'8 days'", "null"); // It was killed.
    enter(2, "'6 days'", "now() - interval '6 days'");
    enter(3, "'6 days'", "null");

    registry.register(RUN, "7", MODELS);

    assertThat(fixture.query("select version from daemon order by version"))
        .containsExactly("2", "3", "7");

    fixture.execute(
        """
        insert into daemon (id, version, heartbeat_at)
        select gen_random_uuid(), 'old', now() - interval '8 days' from generate_series(1, 150)
        """);
    registry.register(new UUID(0, 1), "8", MODELS);
    assertThat(fixture.count("daemon")).isEqualTo(3 + 1 + 50);
    registry.register(new UUID(0, 2), "9", MODELS);
    assertThat(fixture.count("daemon")).isEqualTo(3 + 2);
  }

  @Test
  void aRunThatIsBeingForgottenByAnotherIsLeftToIt() throws SQLException {
    enter(0, "'8 days'", "null");
    enter(1, "'8 days'", "null");
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      var _ = statement.execute("select id from daemon where version = '0' for update");

      registry.register(RUN, "7", MODELS);

      assertThat(fixture.query("select version from daemon order by version"))
          .containsExactly("0", "7");
      other.rollback();
    }
  }

  /// @param age since its last sign of life, an interval in SQL
  /// @param stopped the time of its end, in SQL
  private void enter(int version, String age, String stopped) {
    fixture.execute(
        """
        insert into daemon (id, version, started_at, heartbeat_at, stopped_at)
        values (gen_random_uuid(), '%d', now() - interval %s, now() - interval %s, %s)
        """
            .formatted(version, age, age, stopped));
  }

  private void age(UUID run, String interval) {
    fixture.execute(
        "update daemon set heartbeat_at = now() - interval '%s' where id = '%s'"
            .formatted(interval, run));
  }

  private static String at(String column, Instant time) {
    return "select count(*) from daemon where " + column + " = '" + time + "'";
  }
}
