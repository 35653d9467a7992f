package dev.sluice.store;

import dev.sluice.request.DaemonRegistry;
import jakarta.inject.Singleton;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

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
      insert into daemon (id, version, serves)
      values (?, ?, encode(sha256(convert_to(?, 'UTF8')), 'hex'))
      on conflict (id) do update set heartbeat_at = now()
      returning now() as now
      """;

  @Override
  public Instant register(UUID id, String version, Set<String> models) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(REGISTER)) {
        statement.setObject(1, id);
        statement.setString(2, version);
        statement.setString(3, joined(models));
        return now(statement, id);
      }
    });
  }

  private static final String BEAT =
      """
      update daemon
      set heartbeat_at = now(), free_slots = ?
      where id = ? and stopped_at is null
      returning now() as now
      """;

  @Override
  public Instant beat(UUID id, int freeSlots) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(BEAT)) {
        statement.setInt(1, freeSlots);
        statement.setObject(2, id);
        return now(statement, id);
      }
    });
  }

  private static final String IS_ANOTHER_FREE =
      """
      select exists (
        select from daemon
        where id <> ? and serves = encode(sha256(convert_to(?, 'UTF8')), 'hex')
          and stopped_at is null and free_slots > 0
          and heartbeat_at > now() - make_interval(secs => ?)) as free
      """;

  @Override
  public boolean isAnotherFree(UUID self, Set<String> models, Duration fresh) {
    return database.read(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(IS_ANOTHER_FREE)) {
        statement.setObject(1, self);
        statement.setString(2, joined(models));
        statement.setDouble(3, fresh.toMillis() / 1e3);
        try (ResultSet rows = statement.executeQuery()) {
          return rows.next() && rows.getBoolean("free");
        }
      }
    });
  }

  private static final String STOP =
      """
      update daemon
      set heartbeat_at = now(), stopped_at = now(), free_slots = 0, gateways_lost = ?,
        spills_swept = ?, spills_failed = ?, claimed = ?, completed = ?, failed = ?, retried = ?,
        returned = ?, rescued = ?, expired = ?, retained = ?
      where id = ? and stopped_at is null
      returning now() as now
      """;

  @Override
  public Instant stop(UUID id, Done done) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(STOP)) {
        int column = 0;
        // In the order in which the statement names them.
        for (Count count : Count.values()) {
          statement.setLong(++column, done.count(count));
        }
        statement.setObject(++column, id);
        return now(statement, id);
      }
    });
  }

  /// The same for the same models.
  private static String joined(Set<String> models) {
    return models.stream().sorted().collect(Collectors.joining("\n"));
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
