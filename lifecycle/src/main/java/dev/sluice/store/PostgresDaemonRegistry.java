package dev.sluice.store;

import dev.sluice.request.DaemonRegistry;
import jakarta.inject.Singleton;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;

/// The daemon's runs in PostgreSQL. Safe for use by several threads.
@Singleton
final class PostgresDaemonRegistry implements DaemonRegistry {

  private final Database database;

  PostgresDaemonRegistry(Database database) {
    this.database = database;
  }

  /// Forgets old runs on the way, so that the list does not grow for ever: more at once than runs
  /// begin meanwhile, few enough to cost nothing. They are found by a scan of the table, which
  /// thereby never has more rows than a week has runs. Those that another run is forgetting are its
  /// business. The end of a run sets its heartbeat, too.
  private static final String REGISTER =
      """
      with forgotten as (
        delete from daemon
        where id = any (array(
          select id from daemon
          where heartbeat_at < now() - interval '7 days'
          limit 100
          for update skip locked)))
      insert into daemon (id, version)
      values (?, ?)
      returning now() as now
      """;

  @Override
  public Instant register(UUID id, String version) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(REGISTER)) {
        statement.setObject(1, id);
        statement.setString(2, version);
        return now(statement, id);
      }
    });
  }

  private static final String BEAT =
      """
      update daemon
      set heartbeat_at = now()
      where id = ? and stopped_at is null
      returning now() as now
      """;

  @Override
  public Instant beat(UUID id) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(BEAT)) {
        statement.setObject(1, id);
        return now(statement, id);
      }
    });
  }

  private static final String STOP =
      """
      update daemon
      set heartbeat_at = now(), stopped_at = now(), gateways_lost = ?, spills_swept = ?,
        spills_failed = ?
      where id = ? and stopped_at is null
      returning now() as now
      """;

  @Override
  public Instant stop(UUID id, Done done) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(STOP)) {
        statement.setLong(1, done.gatewaysLost());
        statement.setLong(2, done.spillsSwept());
        statement.setLong(3, done.spillsFailed());
        statement.setObject(4, id);
        return now(statement, id);
      }
    });
  }

  private static Instant now(PreparedStatement statement, UUID id) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new IllegalStateException("No run of the daemon is going on as " + id);
      }
      return RequestRows.instant(rows, "now");
    }
  }
}
