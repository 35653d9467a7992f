package dev.sluice.emulators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.PostgresServer.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresServerTest {

  @Test
  void whatWasCommittedIsThereAfterACrash(@TempDir Path directory) throws SQLException {
    try (PostgresServer server = PostgresServer.start(directory.resolve("data"), 0)) {
      Database database = server.migratedDatabase("sluice");
      execute(database, "create table fact (n int)");
      execute(database, "insert into fact values (1)");
      try (Connection open = database.dataSource().getConnection();
          Statement statement = open.createStatement()) {
        open.setAutoCommit(false);
        var _ = statement.executeUpdate("insert into fact values (2)");

        server.crash();

        assertThatThrownBy(open::commit).isInstanceOf(SQLException.class);
      }
      assertThatThrownBy(() -> number(database.dataSource(), "select 1"))
          .isInstanceOf(SQLException.class);
      server.restart();

      assertThat(number(database.dataSource(), "select sum(n) from fact")).isEqualTo(1);
      assertThat(server.migratedDatabase("sluice").url()).isEqualTo(database.url());
    }
    try (PostgresServer again = PostgresServer.start(directory.resolve("data"), 0)) {
      assertThat(number(again.migratedDatabase("sluice").dataSource(), "select sum(n) from fact"))
          .isEqualTo(1);
    }
  }

  @Test
  void aCopyOfARunningServersDirectoryLeavesThatServerAlone(@TempDir Path directory)
      throws Exception {
    Path copied = stopped(directory.resolve("copied"));
    try (PostgresServer first = PostgresServer.start(directory.resolve("data"), 0)) {
      Database database = first.migratedDatabase("sluice");
      var _ =
          Files.copy(
              directory.resolve("data").resolve("postmaster.pid"),
              copied.resolve("postmaster.pid"));

      try (PostgresServer second = PostgresServer.start(copied, 0)) {
        assertThat(number(second.migratedDatabase("sluice").dataSource(), "select 1")).isOne();
        assertThat(number(database.dataSource(), "select 1")).isOne();
      }
      assertThat(number(database.dataSource(), "select 1")).isOne();
    }
  }

  /// As when the machine went down before the content was on the disk.
  @Test
  void aFileWithoutTheNumberOfAProcessDoesNotHinderAStart(@TempDir Path directory)
      throws Exception {
    Path data = stopped(directory.resolve("data"));
    for (String content : List.of("", "\n", "no number\n", "9".repeat(40))) {
      var _ = Files.writeString(data.resolve("postmaster.pid"), content);

      try (PostgresServer server = PostgresServer.start(data, 0)) {
        assertThat(number(server.migratedDatabase("sluice").dataSource(), "select 1"))
            .as("after '%s'", content)
            .isOne();
      }
    }
  }

  /// Numbers are given again: a process has it that is no server.
  @Test
  void aFileWithTheNumberOfAnotherProcessDoesNotHinderAStart(@TempDir Path directory)
      throws Exception {
    Path data = stopped(directory.resolve("data"));
    Process other = new ProcessBuilder("sleep", "600").start();
    try {
      var _ = Files.writeString(data.resolve("postmaster.pid"), other.pid() + "\n" + data + "\n");

      try (PostgresServer server = PostgresServer.start(data, 0)) {
        assertThat(number(server.migratedDatabase("sluice").dataSource(), "select 1")).isOne();
        assertThat(other.isAlive()).isTrue();
      }
    } finally {
      other.destroyForcibly();
    }
  }

  /// The directory of a server that was there once.
  private static Path stopped(Path data) {
    PostgresServer.start(data, 0).close();
    return data;
  }

  @Test
  void databasesAreSeparateMigratedAndDurable() throws SQLException {
    try (PostgresServer server = PostgresServer.startQuiet()) {
      Database first = server.newDatabase();
      Database second = server.newDatabase();
      execute(first, "create table fact (n int)");

      assertThatThrownBy(() -> number(second.dataSource(), "select count(*) from fact"))
          .isInstanceOf(SQLException.class);
      assertThat(number(first.dataSource(), "select count(*) from flyway_schema_history"))
          .isPositive();
      assertThat(setting(first, "fsync")).isEqualTo("on");
      assertThat(setting(first, "synchronous_commit")).isEqualTo("on");
      assertThat(setting(first, "autovacuum")).isEqualTo("off");
      try (Connection open = first.dataSource().getConnection()) {
        assertThat(open.isValid(1)).isTrue();
        assertThat(server.terminateConnections(second)).isZero();
        assertThat(server.terminateConnections(first)).isEqualTo(1);
        assertThat(open.isValid(1)).isFalse();
      }
    }
  }

  private static void execute(Database database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getLong(1);
    }
  }

  private static String setting(Database database, String name) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("show " + name)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
