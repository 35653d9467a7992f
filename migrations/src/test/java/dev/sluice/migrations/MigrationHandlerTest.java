package dev.sluice.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class MigrationHandlerTest {

  private static EmbeddedPostgres server;

  @BeforeAll
  static void startServer() throws IOException {
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @Test
  void anInvocationMigratesAnEmptyDatabaseAndARepeatChangesNothing() throws SQLException {
    String database = newDatabase("handler");

    try (MigrationHandler handler = handler(server.getJdbcUrl("postgres", database))) {
      assertThat(tables(database)).as("before the first invocation").isEmpty();

      assertThat(handler.execute(Map.of())).containsEntry("schema_version", "005");
      assertThat(handler.execute(Map.of())).containsEntry("schema_version", "005");
    }

    assertThat(tables(database))
        .contains(
            "account",
            "api_key",
            "request",
            "request_body",
            "response_body",
            "request_attempt",
            "quarantine");
    assertThat(texts(database, "select version from flyway_schema_history order by version"))
        .containsExactly("001", "002", "003", "004", "005");
  }

  @Test
  void theHandlerAndTheSchemaClassApplyTheSameMigrations() throws SQLException {
    String database = newDatabase("schema");

    assertThat(Schema.migrate(server.getDatabase("postgres", database))).isEqualTo(5);

    try (MigrationHandler handler = handler(server.getJdbcUrl("postgres", database))) {
      assertThat(handler.execute(Map.of())).containsEntry("schema_version", "005");
    }
    assertThat(Schema.migrate(server.getDatabase("postgres", database))).isZero();
  }

  @Test
  void startingTheFunctionNeedsNoDatabaseAndAnInvocationDoes() {
    try (MigrationHandler handler = handler("jdbc:postgresql://127.0.0.1:1/none")) {
      assertThatThrownBy(() -> handler.execute(Map.of())).isInstanceOf(RuntimeException.class);
    }
  }

  private static MigrationHandler handler(String url) {
    return new MigrationHandler(
        Map.of(
            "datasources.default.url",
            url,
            "datasources.default.username",
            "postgres",
            "datasources.default.password",
            "",
            "datasources.default.connection-timeout",
            2_000));
  }

  private static String newDatabase(String name) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    return name;
  }

  private static List<String> tables(String database) throws SQLException {
    return texts(
        database, "select table_name from information_schema.tables where table_schema = 'public'");
  }

  private static List<String> texts(String database, String sql) throws SQLException {
    try (Connection connection = server.getDatabase("postgres", database).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }
}
