package dev.sluice.completion.fn;

import static dev.sluice.completion.fn.Fixture.event;
import static dev.sluice.completion.fn.Fixture.failures;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.sluice.emulators.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One transaction per batch, as the server counts it.
///
/// The counter belongs to the database and a session adds to it when it ends, so each measurement
/// opens a pool, delivers, closes it, waits until its session is gone, and reads from another
/// database. Opening a connection commits as well; two measurements that differ by one event cancel
/// that out. Autovacuum would commit too and is off.
final class CommitCountTest {

  /// Above any pause of this test, so that the pool does not ask whether its connection lives: the
  /// question counts as a commit.
  private static final String NEVER_ASK = "com.zaxxer.hikari.aliveBypassWindowMs";

  @TempDir private Path objects;

  @Test
  void anEventOfAHundredMixedRecordsIsOneCommitAlsoWhenDeliveredAgain() throws SQLException {
    System.setProperty(NEVER_ASK, "3600000");
    try (PostgresServer server = PostgresServer.start()) {
      Fixture fixture = Fixture.on(server, objects);
      fixture.execute("alter system set autovacuum = off");
      fixture.execute("select pg_reload_conf()");
      SQSEvent warmUp = event(List.of(Records.started(1_000)));
      SQSEvent hundred = event(Records.mixed(100));
      List<String> poisoned = new ArrayList<>(Records.mixed(100));
      poisoned.set(
          42,
          Records.finished(42)
              .replace("\"time_to_first_byte_ms\":15", "\"time_to_first_byte_ms\":-1"));

      long none = commitsOf(server, fixture, List.of(warmUp));
      long one = commitsOf(server, fixture, List.of(warmUp, hundred));
      long again = commitsOf(server, fixture, List.of(warmUp, hundred));
      long three = commitsOf(server, fixture, List.of(warmUp, hundred, event(poisoned), hundred));

      assertThat(one - none).as("first delivery").isEqualTo(1);
      assertThat(again - none).as("second delivery").isEqualTo(1);
      assertThat(three - none).as("three events, one of them poisoned").isEqualTo(3);
      assertThat(fixture.count("request")).isEqualTo(51);
      assertThat(fixture.count("quarantine")).isEqualTo(1);
    } finally {
      System.clearProperty(NEVER_ASK);
    }
  }

  private static long commitsOf(PostgresServer server, Fixture fixture, List<SQSEvent> events)
      throws SQLException {
    String name = fixture.database.name();
    String other = "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres";
    try (Connection connection =
        DriverManager.getConnection(other, PostgresServer.Database.USER, "")) {
      fixture.awaitSessions(0);
      long before = commits(connection, name);
      try (CompletionHandler handler = fixture.keepingHandler()) {
        for (SQSEvent event : events) {
          assertThat(failures(handler.handleRequest(event, null))).isEmpty();
        }
      }
      fixture.awaitSessions(0);
      return commits(connection, name) - before;
    }
  }

  private static long commits(Connection connection, String database) throws SQLException {
    return Long.parseLong(
        Fixture.query(
                connection,
                "select xact_commit from pg_stat_database where datname = '" + database + "'")
            .getFirst());
  }
}
