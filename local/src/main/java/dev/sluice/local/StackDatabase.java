package dev.sluice.local;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.migrations.Schema;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database of a dev stack, with the newest schema: an embedded server of its own, or one that
/// the person named.
final class StackDatabase implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StackDatabase.class);

  /// Of the database.
  static final String NAME = "sluice";

  /// Of the embedded server, in the stack's data directory.
  static final String DIRECTORY = "postgres";

  private final String url;
  private final DataSource dataSource;
  private final Map<String, Object> properties;
  private final @Nullable PostgresServer server;

  private StackDatabase(
      String url,
      DataSource dataSource,
      Map<String, Object> properties,
      @Nullable PostgresServer server) {
    this.url = url;
    this.dataSource = dataSource;
    this.properties = properties;
    this.server = server;
  }

  static StackDatabase start(DevSettings settings, DataDirectory data) {
    return settings.databaseUrl() == null ? embedded(data) : existing(settings.databaseUrl());
  }

  private static StackDatabase embedded(DataDirectory data) {
    PostgresServer server = PostgresServer.start(data.path().resolve(DIRECTORY), 0);
    PostgresServer.Database database = server.migratedDatabase(NAME);
    return new StackDatabase(
        database.url() + "?user=" + PostgresServer.Database.USER,
        database.dataSource(),
        Map.of(
            "datasources.default.url",
            database.url(),
            "datasources.default.username",
            // One for all functions, because they share their settings; all have the same rights.
            PostgresServer.Database.DAEMON,
            "datasources.default.password",
            ""),
        server);
  }

  private static StackDatabase existing(String url) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(url);
    var _ = Schema.migrate(dataSource);
    return new StackDatabase(url, dataSource, Map.of("datasources.default.url", url), null);
  }

  /// The JDBC URL with its user.
  String url() {
    return url;
  }

  DataSource dataSource() {
    return dataSource;
  }

  /// The settings with which a function finds this database.
  Map<String, Object> properties() {
    return properties;
  }

  /// Starts the embedded server again when somebody killed it. What was committed is there again.
  ///
  /// @throws java.io.UncheckedIOException when it does not start
  void revive() {
    if (server != null && !server.isRunning()) {
      LOG.atWarn().log("PostgreSQL was gone and is started again");
      server.restart();
    }
  }

  /// Kills the embedded server, as when the machine's memory is short.
  void crash() {
    if (server != null) {
      server.crash();
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
