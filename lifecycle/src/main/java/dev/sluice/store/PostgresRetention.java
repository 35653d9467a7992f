package dev.sluice.store;

import dev.sluice.request.ResponseId;
import dev.sluice.request.Retention;
import jakarta.inject.Singleton;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// What accounts keep no longer, in PostgreSQL. Safe for use by several threads.
@Singleton
final class PostgresRetention implements Retention {

  private final Database database;

  PostgresRetention(Database database) {
    this.database = database;
  }

  /// Of two runs at the same time the second waits for the first, and then finds its turn taken.
  private static final String TAKE_TURN =
      """
      insert into daemon_turn as turn (duty, taken_at)
      values ('retention', now())
      on conflict (duty) do update
      set taken_at = excluded.taken_at
      where turn.taken_at <= now() - make_interval(secs => ?)
      """;

  @Override
  public boolean takeTurn(Duration every) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(TAKE_TURN)) {
        statement.setDouble(1, every.toMillis() / 1e3);
        return statement.executeUpdate() == 1;
      }
    });
  }

  /// Ids begin with the time of their gateway in milliseconds. That bounds the scan of an account,
  /// which would otherwise go through all that it still keeps; the database's clock decides. A
  /// gateway whose clock is ahead has its requests kept for longer by as much.
  ///
  /// The account is written as a set of one, so that only an index that begins with it has the
  /// order that is asked for. With a plain equality the order is that of the ids alone, and the
  /// planner may go through the requests of all accounts by their primary key.
  ///
  /// An account that keeps for more than 47 years has nothing that old: its interval might be none.
  static final String EXPIRED =
      """
      select a.id as account_id, kept.id, kept.created_at
      from account a
      cross join lateral (
        select r.id, r.created_at
        from request r
        where r.account_id = any (array[a.id])
          and r.id < (lpad(to_hex((extract(epoch from
            now() - make_interval(secs => a.retention_seconds)) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid
          and r.store and r.deleted_at is null
          and r.state in ('completed', 'failed', 'canceled')
          and case r.lane when 'daemon' then r.finished_at else r.recorded_at end
            < now() - make_interval(secs => a.retention_seconds)
        order by r.account_id, r.id
        limit ?) kept
      where a.retention_seconds < 1500000000
      order by a.id, kept.id
      limit ?
      """;

  @Override
  public List<Expired> expired(int limit, Duration within) {
    return database.read(
        within,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(EXPIRED)) {
            statement.setInt(1, limit);
            statement.setInt(2, limit);
            List<Expired> expired = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                expired.add(
                    new Expired(
                        rows.getObject("account_id", UUID.class),
                        new ResponseId(rows.getObject("id", UUID.class)),
                        RequestRows.instant(rows, "created_at")));
              }
            }
            return List.copyOf(expired);
          }
        });
  }
}
