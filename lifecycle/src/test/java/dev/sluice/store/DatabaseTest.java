package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.account.AccountStore;
import dev.sluice.request.StoreUnavailableException;
import io.micronaut.context.ApplicationContext;
import io.micronaut.data.exceptions.DataAccessException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A connection that breaks while it is used.
final class DatabaseTest {

  private StoreFixture fixture;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void aReadWhoseConnectionBreaksFindsTheDatabaseUnavailable() {
    Database database = fixture.transactions();

    assertThatThrownBy(() -> database.read(DatabaseTest::endOwnSession))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(database.<Boolean>read(_ -> true)).isTrue();
  }

  @Test
  void aWriteWhoseConnectionBreaksFindsTheDatabaseUnavailable() {
    Database database = fixture.transactions();

    assertThatThrownBy(() -> database.write(DatabaseTest::endOwnSession))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(database.<Boolean>write(_ -> true)).isTrue();
  }

  /// The detail of a refusal would quote the row, and that of a batch its statements.
  @Test
  void whatTheServerRefusesIsNotQuoted() {
    String canary = "canary-7f3a91";
    for (boolean isBatch : new boolean[] {false, true}) {
      assertThatThrownBy(() ->
              fixture.transactions().write(connection -> insertOdd(connection, canary, isBatch)))
          .isInstanceOf(DataAccessException.class)
          .satisfies(thrown -> {
            assertThat(states(thrown)).contains("23514");
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString()).contains("account_status_check").doesNotContain(canary);
          });
    }
  }

  private static boolean insertOdd(Connection connection, String name, boolean isBatch)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            insert into account (id, name, status, created_at)
            values (gen_random_uuid(), ?, 'odd', now())
            """)) {
      statement.setString(1, name);
      if (!isBatch) {
        return statement.execute();
      }
      statement.addBatch();
      statement.setString(1, name);
      statement.addBatch();
      return statement.executeBatch().length > 0;
    }
  }

  /// As the gateway's role is limited on AWS.
  @Test
  void aRoleThatHasAllItsConnectionsFindsTheDatabaseUnavailable() throws SQLException {
    fixture.execute("create role limited login connection limit 1");
    Map<String, Object> properties = new HashMap<>(StoreFixture.properties(fixture.database));
    properties.put("datasources.default.username", "limited");
    properties.put("sluice.database.connection-timeout", "1s");
    try (ApplicationContext context =
        ApplicationContext.builder().properties(properties).build().start()) {
      AccountStore accounts = context.getBean(AccountStore.class);
      try (Connection only = DriverManager.getConnection(fixture.database.url(), "limited", "")) {
        assertThat(only.isValid(1)).isTrue();
        assertThatThrownBy(() -> accounts.findKey("unknown0"))
            .isInstanceOf(StoreUnavailableException.class)
            .satisfies(thrown -> assertThat(states(thrown)).contains("53300"));
      }
      assertThatThrownBy(() -> accounts.findKey("unknown0"))
          .as("let in, and without the right to read")
          .isInstanceOf(DataAccessException.class);
    } finally {
      fixture.execute("drop role limited");
    }
  }

  private static List<String> states(Throwable thrown) {
    List<String> states = new ArrayList<>();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException e) {
        states.add(String.valueOf(e.getSQLState()));
      }
    }
    return states;
  }

  private static boolean endOwnSession(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.execute("select pg_terminate_backend(pg_backend_pid())");
    }
  }
}
