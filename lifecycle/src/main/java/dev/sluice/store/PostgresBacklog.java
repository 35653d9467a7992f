package dev.sluice.store;

import dev.sluice.request.Backlog;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

/// What is still to be done in PostgreSQL. Safe for use by several threads.
@Singleton
final class PostgresBacklog implements Backlog {

  private final Database database;

  PostgresBacklog(Database database) {
    this.database = database;
  }

  /// Steps through the accounts of delayed rows as [DueStatement] does; each of the others is the
  /// first entry of an index, or one of the few held rows. Rows past their deadline are not taken,
  /// but the deadline itself is due.
  static final String EARLIEST =
      """
      with recursive delayed as (
        select m.model, h.tier_class, h.account_id
        from unnest(?::text[]) as m (model)
        cross join lateral (
          select r.tier_class, r.account_id
          from request r
          where r.state = 'pending' and r.not_before is not null and r.model = m.model
          order by r.tier_class, r.account_id
          limit 1) h
        union all
        select d.model, h.tier_class, h.account_id
        from delayed d
        cross join lateral (
          select r.tier_class, r.account_id
          from request r
          where r.state = 'pending' and r.not_before is not null and r.model = d.model
            and (r.tier_class, r.account_id) > (d.tier_class, d.account_id)
          order by r.tier_class, r.account_id
          limit 1) h
      )
      select now() as now, least(
        (select now() where exists (
          select from unnest(?::text[]) as m (model)
          cross join lateral (
            select r.id
            from request r
            where r.state = 'pending' and r.not_before is null and r.model = m.model
            order by r.tier_class, r.account_id
            limit 1) one)),
        (select min(one.not_before)
          from delayed l
          cross join lateral (
            select r.not_before
            from request r
            where r.state = 'pending' and r.not_before is not null and r.model = l.model
              and r.tier_class = l.tier_class and r.account_id = l.account_id
            order by r.not_before
            limit 1) one),
        (select min(deadline)
          from request
          where state = 'pending' and deadline is not null and tier_class = 1),
        (select min(lease_until)
          from request
          where lane = 'daemon' and state in ('claimed', 'processing')),
        (select min(recorded_at)
          from request
          where lane = 'gateway' and state = 'processing') + make_interval(secs => ?)) as due
      """;

  @Override
  public Due earliest(Set<String> models, Duration gatewayLostAfter, Duration within) {
    return database.read(within, connection -> earliest(connection, models, gatewayLostAfter));
  }

  private static Due earliest(Connection connection, Set<String> models, Duration gatewayLostAfter)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EARLIEST)) {
      statement.setArray(1, ClaimStatements.texts(connection, models));
      statement.setArray(2, ClaimStatements.texts(connection, models));
      statement.setDouble(3, gatewayLostAfter.toMillis() / 1e3);
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new IllegalStateException("A query of one row answered none");
        }
        return new Due(RequestRows.nullableInstant(rows, "due"), RequestRows.instant(rows, "now"));
      }
    }
  }
}
