package dev.sluice.emulators;

import dev.sluice.migrations.Schema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/// A real PostgreSQL 17 of this process, with fsync and synchronous_commit on.
///
/// Tests clone databases from a migrated template, which costs a fraction of a migration. Safe for
/// use by several threads.
public final class PostgresServer implements AutoCloseable {

  private static final String TEMPLATE = "sluice_template";

  private final EmbeddedPostgres server;
  private final AtomicInteger databases = new AtomicInteger();

  private PostgresServer(EmbeddedPostgres server) {
    this.server = server;
  }

  /// A server with an empty data directory of its own, removed at the end.
  public static PostgresServer start() {
    return start(configured());
  }

  /// A server whose data stays in this directory and is there again at the next start.
  ///
  /// @param port the port to listen on, 0 for any free one
  public static PostgresServer start(Path dataDirectory, int port) {
    return start(
        configured().setDataDirectory(dataDirectory).setCleanDataDirectory(false).setPort(port));
  }

  private static EmbeddedPostgres.Builder configured() {
    return EmbeddedPostgres.builder()
        .setServerConfig("fsync", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("max_connections", "100")
        .setPGStartupWait(Duration.ofSeconds(60));
  }

  private static PostgresServer start(EmbeddedPostgres.Builder builder) {
    try {
      return new PostgresServer(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not start", e);
    }
  }

  /// A new database with the newest schema, for one test.
  public Database newDatabase() {
    ensureTemplate();
    String name = "test_" + databases.incrementAndGet();
    execute("create database " + name + " template " + TEMPLATE);
    return database(name);
  }

  /// The database of this name, made and migrated when it is missing.
  public Database migratedDatabase(String name) {
    if (!exists(name)) {
      execute("create database " + name);
    }
    var _ = Schema.migrate(server.getDatabase("postgres", name));
    return database(name);
  }

  private synchronized void ensureTemplate() {
    if (!exists(TEMPLATE)) {
      execute("create database " + TEMPLATE);
      var _ = Schema.migrate(server.getDatabase("postgres", TEMPLATE));
    }
  }

  private Database database(String name) {
    return new Database(
        "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name,
        server.getDatabase("postgres", name));
  }

  private boolean exists(String database) {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        var statement =
            connection.prepareStatement("select 1 from pg_database where datname = ?")) {
      statement.setString(1, database);
      try (var rows = statement.executeQuery()) {
        return rows.next();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL did not list its databases", e);
    }
  }

  private void execute(String sql) {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused: " + sql, e);
    }
  }

  public int port() {
    return server.getPort();
  }

  /// Stops the server; the data of [#start(Path, int)] stays.
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not stop", e);
    }
  }

  /// One database of the server.
  ///
  /// @param url without credentials; the user is `postgres` and the password empty
  public record Database(String url, DataSource dataSource) {

    public static final String USER = "postgres";
  }
}
