package dev.sluice.migrations;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/// A server as Amazon RDS gives it: its owner is no superuser, and there is a role for logins by
/// IAM, which the owner may grant.
final class TestingServer implements AutoCloseable {

  static final String OWNER = "master";

  private final EmbeddedPostgres server;

  private TestingServer(EmbeddedPostgres server) {
    this.server = server;
  }

  static TestingServer start() {
    try {
      TestingServer started = new TestingServer(EmbeddedPostgres.start());
      started.execute("postgres", "postgres", "create role master login createrole createdb");
      started.execute("postgres", "postgres", "create role rds_iam");
      started.execute("postgres", "postgres", "grant rds_iam to master with admin option");
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not start", e);
    }
  }

  String newDatabase(String name) {
    execute("postgres", OWNER, "create database " + name);
    return name;
  }

  String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database;
  }

  DataSource owned(String database) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url(database));
    source.setUser(OWNER);
    return source;
  }

  Connection login(String database, String role) throws SQLException {
    return DriverManager.getConnection(url(database), role, "");
  }

  /// @throws IllegalStateException with what the server said as its cause
  List<String> execute(String database, String role, String sql) {
    try (Connection connection = login(database, role);
        Statement statement = connection.createStatement()) {
      List<String> texts = new ArrayList<>();
      if (statement.execute(sql)) {
        try (ResultSet rows = statement.getResultSet()) {
          while (rows.next()) {
            texts.add(rows.getString(1));
          }
        }
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(role + ": " + sql, e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not stop", e);
    }
  }
}
