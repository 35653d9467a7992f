package dev.sluice.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The checks of `request`: what is not in the state diagram cannot be stored.
final class SchemaTest {

  private static final String ACCOUNT = "00000000-0000-7000-8000-000000000001";

  private static EmbeddedPostgres server;

  @BeforeAll
  static void migrate() throws IOException, SQLException {
    server = EmbeddedPostgres.start();
    assertThat(Schema.migrate(server.getPostgresDatabase())).isEqualTo(5);
    execute(
        """
        insert into account (id, name, status, created_at)
        values ('%s', 'one', 'active', now())
        """
            .formatted(ACCOUNT));
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          daemon  | pending    | tier_class
          daemon  | claimed    | tier_class, daemon_id, claim_token, lease_until
          daemon  | processing | tier_class, daemon_id, claim_token, lease_until, started_at
          gateway | processing | started_at
          gateway | completed  | started_at, finished_at, outcome, response_status
          gateway | failed     | started_at, finished_at, failure, failure_label
          daemon  | failed     | tier_class, finished_at, failure, failure_label
          daemon  | canceled   | tier_class, finished_at
          """)
  void statesOfTheDiagramAreAccepted(String lane, String state, String columns) throws Exception {
    insert(lane, state, columns);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gateway | pending    |
          gateway | claimed    | daemon_id, claim_token, lease_until
          gateway | processing |
          gateway | processing | started_at, daemon_id
          gateway | processing | started_at, lease_until
          gateway | processing | started_at, finished_at
          daemon  | processing | tier_class, started_at
          daemon  | pending    |
          daemon  | pending    | tier_class, daemon_id, claim_token, lease_until
          daemon  | claimed    | tier_class, claim_token, lease_until
          gateway | completed  | started_at, outcome, response_status
          gateway | completed  | started_at, finished_at, response_status
          gateway | completed  | started_at, finished_at, outcome
          gateway | completed  | started_at, finished_at, outcome, response_status, failure
          gateway | failed     | started_at, finished_at, failure
          gateway | failed     | started_at, finished_at, failure_label
          gateway | failed     | started_at, finished_at, failure, failure_label, outcome
          daemon  | canceled   | tier_class
          gateway | done       | started_at, finished_at
          other   | processing | started_at
          """)
  void halfStatesAreRefused(String lane, String state, String columns) {
    assertThatThrownBy(() -> insert(lane, state, columns))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23514"));
  }

  @Test
  void aFailureMayHoldAnEscapedNul() throws SQLException {
    execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at, started_at, finished_at, failure, failure_label)
        values (gen_random_uuid(), '%s', 'k', '', '/v1', 'm', 'default', false, false, true,
          'gateway', 'failed', now(), now(), now(), '{"body":"\\u0000"}', 'non_retriable_status')
        """
            .formatted(ACCOUNT));
  }

  private static void insert(String lane, String state, String columns) throws SQLException {
    StringBuilder names = new StringBuilder();
    StringBuilder values = new StringBuilder();
    for (String column : columns == null ? new String[0] : columns.split(", ", -1)) {
      names.append(", ").append(column);
      values.append(", ").append(value(column));
    }
    execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at%s)
        values (gen_random_uuid(), '%s', 'k', '', '/v1', 'm', 'default', false, false, true,
          '%s', '%s', now()%s)
        """
            .formatted(names, ACCOUNT, lane, state, values));
  }

  private static String value(String column) {
    return switch (column) {
      case "daemon_id", "claim_token" -> "gen_random_uuid()";
      case "lease_until", "started_at", "finished_at" -> "now()";
      case "outcome" -> "'completed'";
      case "response_status" -> "200";
      case "tier_class" -> "1";
      case "failure" -> "'{}'";
      case "failure_label" -> "'network_error'";
      default -> throw new IllegalArgumentException(column);
    };
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
