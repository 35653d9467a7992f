package dev.sluice.local.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/// A queue in a database of its own, whose rows ask for nothing, and what works them off.
interface BenchedQueue extends AutoCloseable {

  /// How many rows a round has, so that it takes about a second.
  int rows();

  /// Puts in the rows of a round.
  void fill() throws SQLException, IOException;

  /// Works them off, from the first claim to the commit of the last end.
  ///
  /// @return how long that took, in seconds
  double drain() throws SQLException, IOException, InterruptedException;

  @Override
  void close() throws SQLException, IOException;

  /// Runs one statement past the queue.
  static void execute(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      var _ = statement.execute(sql);
    }
  }
}
