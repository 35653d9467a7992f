package dev.sluice.store;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Opens the connections of a pool and remembers them, so that they can be closed at once.
///
/// The pool itself closes what it no longer wants on a thread of its own, and may still be opening
/// a connection when its caller has given up; the freeze would stop both half-way. Safe for use by
/// several threads.
final class PhysicalConnections implements DataSource {

  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(PhysicalConnections.class);

  private static final int ANSWER_SECONDS = 1;

  private final String url;
  private final Properties defaults;
  private final Passwords passwords;
  private final DatabaseConfiguration configuration;
  private final List<Connection> open = new ArrayList<>();
  private long generation;

  /// @param url as given to the driver; what is set there wins
  /// @param defaults more properties of the driver
  PhysicalConnections(
      String url, Properties defaults, Passwords passwords, DatabaseConfiguration configuration) {
    this.url = url;
    this.defaults = (Properties) defaults.clone();
    this.passwords = passwords;
    this.configuration = configuration;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return connect((Properties) defaults.clone());
  }

  @Override
  public Connection getConnection(String user, @Nullable String password) throws SQLException {
    Properties credentials = (Properties) defaults.clone();
    credentials.setProperty("user", user);
    credentials.setProperty("password", passwords.password(user, password));
    return connect(credentials);
  }

  /// Nobody waits longer than the connection time-out, so neither does the login: the time-out of
  /// statements holds from its end on.
  private Connection connect(Properties properties) throws SQLException {
    String limit = Integer.toString(loginSeconds());
    properties.setProperty("connectTimeout", limit);
    properties.setProperty("socketTimeout", limit);
    properties.setProperty("tcpKeepAlive", "true");
    // A server's detail quotes the rows and values of a statement that it refused.
    properties.setProperty("logServerErrorDetail", "false");
    // Spares a login the statements that older servers need.
    properties.setProperty("assumeMinServerVersion", "17");
    properties.setProperty("reWriteBatchedInserts", "true");
    properties.setProperty("prepareThreshold", Integer.toString(configuration.prepareThreshold()));
    long wantedIn = generation();
    @Nullable Connection connection = DriverManager.getDriver(url).connect(url, properties);
    if (connection == null) {
      throw new SQLException("No driver takes datasources.default.url", "08001");
    }
    connection.setNetworkTimeout(
        Runnable::run, Math.toIntExact(configuration.socketTimeout().toMillis()));
    if (!remember(connection, wantedIn)) {
      connection.close();
      throw new SQLTransientConnectionException("Connected after the caller had left", "08006");
    }
    return connection;
  }

  /// In whole seconds, at least one: zero would be for ever.
  private int loginSeconds() {
    return Math.toIntExact(Math.max(1, configuration.connectionTimeout().toSeconds()));
  }

  private synchronized long generation() {
    return generation;
  }

  private synchronized boolean remember(Connection connection, long wantedIn) throws SQLException {
    if (wantedIn != generation) {
      return false;
    }
    for (int i = open.size() - 1; i >= 0; i--) {
      if (open.get(i).isClosed()) {
        var _ = open.remove(i);
      }
    }
    open.add(connection);
    return true;
  }

  /// Closes all, also one that is being opened now, and returns when they are closed. The server is
  /// told, but not waited for.
  void closeAll() {
    List<Connection> closing;
    synchronized (this) {
      generation++;
      closing = List.copyOf(open);
      open.clear();
    }
    for (Connection connection : closing) {
      try {
        connection.close();
      } catch (SQLException e) {
        LOG.atDebug().setCause(e).log("A connection was broken when it was closed");
      }
    }
  }

  /// Asks each connection for a sign of life; true when none is dead, also when there is none.
  boolean allAnswer() {
    List<Connection> asked;
    synchronized (this) {
      asked = List.copyOf(open);
    }
    for (Connection connection : asked) {
      try {
        if (!connection.isValid(ANSWER_SECONDS)) {
          return false;
        }
      } catch (SQLException e) {
        throw new IllegalStateException("A second is not a time to wait", e);
      }
    }
    return true;
  }

  /// How many are open.
  synchronized int count() {
    return open.size();
  }

  /// The setting counts.
  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return loginSeconds();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter writer) {}

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("There is none");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new SQLException("No " + type.getName() + " is behind this");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
