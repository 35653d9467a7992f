package dev.sluice.migrations;

import dev.sluice.migrations.MasterSecrets.Login;
import dev.sluice.migrations.MasterSecrets.UnreadableException;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One migration from the first login to the last grant. A repeat changes nothing.
@Singleton
final class Migration {

  private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

  /// A serverless database that is paused answers a login when it has resumed, after 15 s or more.
  private static final Duration LONGEST_LOGIN = Duration.ofSeconds(30);

  private static final Duration BETWEEN_LOGINS = Duration.ofSeconds(1);

  /// PostgreSQL documentation, appendix A: the server is starting.
  private static final String CANNOT_CONNECT_NOW = "57P03";

  private final MigrationConfiguration configuration;
  private final MasterSecrets secrets;

  Migration(MigrationConfiguration configuration, MasterSecrets secrets) {
    this.configuration = configuration;
    this.secrets = secrets;
  }

  /// @param waitFor how long is waited for a database or a secret that cannot be reached
  /// @return the version of the schema
  /// @throws RuntimeException what went wrong, never with the password in its message
  String run(Duration waitFor) {
    PGSimpleDataSource database = answering(waitFor);
    int applied = Schema.migrate(database);
    Integer gatewayConnections = configuration.gatewayConnections();
    if (gatewayConnections != null) {
      DatabaseRoles.ensure(database, gatewayConnections);
    }
    LOG.atInfo().addKeyValue("migrations", applied).log("Migrations were applied");
    return Schema.version(database);
  }

  private PGSimpleDataSource database() {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(configuration.url());
    String secret = configuration.masterSecret();
    if (secret == null) {
      database.setUser(configuration.username());
      database.setPassword(configuration.password());
    } else {
      Login login = secrets.login(secret);
      database.setUser(login.username());
      database.setPassword(login.password());
    }
    int limit = Math.toIntExact(LONGEST_LOGIN.toSeconds());
    database.setConnectTimeout(limit);
    database.setLoginTimeout(limit);
    database.setTcpKeepAlive(true);
    // A server's detail quotes rows, and what fails here is shown to whoever deploys.
    database.setLogServerErrorDetail(false);
    return database;
  }

  /// Its secret is read each time, too: the way to either may not be there yet, and its owner's
  /// right to read takes a while to be known.
  private PGSimpleDataSource answering(Duration waitFor) {
    long end = System.nanoTime() + waitFor.toNanos();
    while (true) {
      try {
        PGSimpleDataSource database = database();
        database.getConnection().close();
        return database;
      } catch (UnreadableException e) {
        if (isOver(end)) {
          throw e;
        }
        LOG.atInfo()
            .addKeyValue("error", e.fault())
            .log("The secret of the database cannot be read yet; it is tried again");
      } catch (SQLException e) {
        if (!isAway(e) || isOver(end)) {
          throw new IllegalStateException("No login at the database", e);
        }
        LOG.atInfo()
            .addKeyValue("sqlstate", e.getSQLState())
            .log("The database does not answer yet; it is asked again");
      }
      LockSupport.parkNanos(BETWEEN_LOGINS.toNanos());
    }
  }

  private static boolean isOver(long end) {
    return end - System.nanoTime() <= BETWEEN_LOGINS.toNanos();
  }

  /// Whether another login may succeed: not when this one was answered with a refusal.
  private static boolean isAway(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.startsWith("08") || state.equals(CANNOT_CONNECT_NOW);
  }
}
