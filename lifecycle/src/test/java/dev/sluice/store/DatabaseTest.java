package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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

  private static boolean endOwnSession(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.execute("select pg_terminate_backend(pg_backend_pid())");
    }
  }
}
