package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.DaemonRegistry.Done;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresDaemonRegistryTest {

  private static final UUID RUN = UUID.fromString("019aa5d5-6a3b-4000-8000-00000000000d");

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
    Instant now = registry.register(RUN, "7");

    assertThat(fixture.query("select id, version, stopped_at from daemon"))
        .containsExactly(RUN + "|7|-");
    assertThat(fixture.query(at("started_at", now))).containsExactly("1");
    assertThat(fixture.query(at("heartbeat_at", now))).containsExactly("1");
  }

  @Test
  void aBeatMovesTheHeartbeatAndNothingElse() {
    Instant started = registry.register(RUN, "7");

    Instant now = registry.beat(RUN);

    assertThat(now).isAfter(started);
    assertThat(fixture.query(at("started_at", started))).containsExactly("1");
    assertThat(fixture.query(at("heartbeat_at", now))).containsExactly("1");
    assertThat(fixture.query("select stopped_at from daemon")).containsExactly("-");
  }

  @Test
  void aStopTellsWhatTheRunDid() {
    registry.register(RUN, "7");

    Instant now = registry.stop(RUN, new Done(3, 2, 1));

    assertThat(fixture.query(at("stopped_at", now))).containsExactly("1");
    assertThat(fixture.query("select gateways_lost, spills_swept, spills_failed from daemon"))
        .containsExactly("3|2|1");
  }

  @Test
  void whatIsNotGoingOnNeitherBeatsNorStops() {
    registry.register(RUN, "7");
    registry.stop(RUN, new Done(3, 2, 1));

    assertThatThrownBy(() -> registry.beat(RUN))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(RUN.toString());
    assertThatThrownBy(() -> registry.stop(RUN, new Done(0, 0, 0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> registry.beat(new UUID(0, 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(fixture.query("select gateways_lost from daemon")).containsExactly("3");
  }

  @Test
  void runsWithoutASignOfLifeForAWeekAreForgottenAHundredAtATime() {
    enter(0, "'8 days'", "now() - interval '8 days'"); // It ended.
    enter(1, "'8 days'", "null"); // It was killed.
    enter(2, "'6 days'", "now() - interval '6 days'");
    enter(3, "'6 days'", "null");

    registry.register(RUN, "7");

    assertThat(fixture.query("select version from daemon order by version"))
        .containsExactly("2", "3", "7");

    fixture.execute(
        """
        insert into daemon (id, version, heartbeat_at)
        select gen_random_uuid(), 'old', now() - interval '8 days' from generate_series(1, 150)
        """);
    registry.register(new UUID(0, 1), "8");
    assertThat(fixture.count("daemon")).isEqualTo(3 + 1 + 50);
    registry.register(new UUID(0, 2), "9");
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

      registry.register(RUN, "7");

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

  private static String at(String column, Instant time) {
    return "select count(*) from daemon where " + column + " = '" + time + "'";
  }
}
