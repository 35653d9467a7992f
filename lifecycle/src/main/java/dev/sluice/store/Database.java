package dev.sluice.store;

import dev.sluice.request.StoreUnavailableException;
import io.micronaut.data.exceptions.DataAccessException;
import io.micronaut.transaction.TransactionDefinition;
import io.micronaut.transaction.TransactionOperations;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;

/// Transactions with a time-out on each statement, and the one place that tells an unreachable
/// database from a refused statement.
///
/// Every method throws [StoreUnavailableException] when the database cannot be reached, refuses
/// connections, is shutting down, is read-only after a failover, or answers too late; any other
/// error of the database surfaces as [DataAccessException] with its [SQLException] as cause.
@Singleton
final class Database {

  /// An answer of the server that it gives up comes before we give the server up.
  private static final Duration ANSWER_MARGIN = Duration.ofSeconds(1);

  private final TransactionOperations<Connection> transactions;
  private final DatabaseConnections connections;
  private final Duration statementTimeout;
  private final Duration socketTimeout;

  Database(
      TransactionOperations<Connection> transactions,
      DatabaseConnections connections,
      DatabaseConfiguration configuration) {
    this.transactions = transactions;
    this.connections = connections;
    this.statementTimeout = configuration.statementTimeout();
    this.socketTimeout = configuration.socketTimeout();
  }

  /// What is done inside a transaction.
  @FunctionalInterface
  interface Work<T> {

    T run(Connection connection) throws SQLException;
  }

  /// Runs the work in a read-only transaction.
  <T> T read(Work<T> work) {
    return execute(TransactionDefinition.READ_ONLY, statementTimeout, work);
  }

  /// As [#read(Work)], within a shorter time, see [#write(Duration, Work)].
  <T> T read(Duration limit, Work<T> work) {
    return execute(TransactionDefinition.READ_ONLY, shorter(limit), work);
  }

  /// Runs the work in a transaction; whatever it throws rolls the transaction back.
  <T> T write(Work<T> work) {
    return execute(TransactionDefinition.DEFAULT, statementTimeout, work);
  }

  /// As [#write(Work)], with statements that end within a shorter time, and a server that is given
  /// up soon after it, should it be silently gone.
  <T> T write(Duration limit, Work<T> work) {
    return execute(TransactionDefinition.DEFAULT, shorter(limit), work);
  }

  private Duration shorter(Duration limit) {
    return limit.compareTo(statementTimeout) < 0 ? limit : statementTimeout;
  }

  private <T> T execute(TransactionDefinition definition, Duration timeout, Work<T> work) {
    try {
      return connections.use(() ->
          transactions.execute(
              definition,
              status -> {
                try {
                  limitAnswers(status.getConnection(), timeout);
                  limitStatements(status.getConnection(), timeout);
                  return work.run(status.getConnection());
                } catch (SQLException e) {
                  throw new DataAccessException("PostgreSQL answered " + e.getSQLState(), e);
                }
              }));
    } catch (RuntimeException e) {
      Optional<SQLException> away = sqlException(e).filter(Database::isUnavailable);
      if (away.isPresent()) {
        throw new StoreUnavailableException(
            "The database did not answer", away.get().getSQLState(), e);
      }
      throw e;
    }
  }

  /// The pool restores its own limit when the connection comes back.
  private void limitAnswers(Connection connection, Duration timeout) throws SQLException {
    Duration limit = timeout.plus(ANSWER_MARGIN);
    if (limit.compareTo(socketTimeout) < 0 && timeout.compareTo(statementTimeout) < 0) {
      connection.setNetworkTimeout(Runnable::run, Math.toIntExact(limit.toMillis()));
    }
  }

  /// The same as `set local statement_timeout`, which takes no bind variable. It ends with the
  /// transaction, so nothing is left behind on a connection that a pooler hands to somebody else.
  private static final String LIMIT_STATEMENTS =
      """
      select set_config('statement_timeout', ?, true)
      """;

  private static void limitStatements(Connection connection, Duration timeout) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIMIT_STATEMENTS)) {
      statement.setString(1, Long.toString(Math.max(1, timeout.toMillis())));
      statement.execute();
    }
  }

  /// The first error of the database among the causes.
  static Optional<SQLException> sqlException(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException e) {
        return Optional.of(e);
      }
    }
    return Optional.empty();
  }

  /// The class of an SQLSTATE, empty when there is none (PostgreSQL documentation, appendix A).
  static String stateClass(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.length() < 2 ? "" : state.substring(0, 2);
  }

  private static boolean isUnavailable(SQLException e) {
    if (e instanceof SQLTransientConnectionException || e instanceof SQLTimeoutException) {
      return true;
    }
    // Neither the server nor the driver speaks without a state: the pool has closed the connection
    // because it broke while it was used, and giving it back hides the first error.
    if (e.getSQLState() == null) {
      return true;
    }
    return switch (stateClass(e)) {
      // Connection, resources, operator (shutdown, crash, statement time-out), system.
      case "08", "53", "57", "58" -> true;
      // An old writer after a failover refuses to write.
      default -> "25006".equals(e.getSQLState());
    };
  }
}
