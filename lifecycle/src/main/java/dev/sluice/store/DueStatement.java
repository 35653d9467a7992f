package dev.sluice.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;

/// The question whether a claim would find something.
final class DueStatement {

  private DueStatement() {}

  /// Steps through the indexes as [ClaimStatements#FIND_LANES] does, and looks in each lane for a
  /// row that is due and before its deadline.
  static final String IS_ANYTHING_DUE =
      """
      with recursive fresh as (
        select m.model, h.tier_class, h.account_id
        from unnest(?::text[]) as m (model)
        cross join lateral (
          select r.tier_class, r.account_id
          from request r
          where r.state = 'pending' and r.not_before is null and r.model = m.model
          order by r.tier_class, r.account_id
          limit 1) h
        union all
        select f.model, h.tier_class, h.account_id
        from fresh f
        cross join lateral (
          select r.tier_class, r.account_id
          from request r
          where r.state = 'pending' and r.not_before is null and r.model = f.model
            and (r.tier_class, r.account_id) > (f.tier_class, f.account_id)
          order by r.tier_class, r.account_id
          limit 1) h
      ), delayed as (
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
      select exists (
          select from fresh l
          cross join lateral (
            select r.id
            from request r
            where r.state = 'pending' and r.not_before is null and r.model = l.model
              and r.tier_class = l.tier_class and r.account_id = l.account_id
              and r.deadline > statement_timestamp()
            order by r.deadline
            limit 1) one)
        or exists (
          select from fresh l
          cross join lateral (
            select r.id
            from request r
            where r.state = 'pending' and r.not_before is null and r.model = l.model
              and r.tier_class = l.tier_class and r.account_id = l.account_id
              and r.deadline is null
            order by r.deadline
            limit 1) one)
        or exists (
          select from delayed l
          cross join lateral (
            select r.id
            from request r
            where r.state = 'pending' and r.not_before is not null and r.model = l.model
              and r.tier_class = l.tier_class and r.account_id = l.account_id
              and r.not_before <= statement_timestamp()
              and (r.deadline is null or r.deadline > statement_timestamp())
            order by r.not_before
            limit 1) one) as due
      """;

  static boolean isAnythingDue(Connection connection, Collection<String> models)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(IS_ANYTHING_DUE)) {
      statement.setArray(1, ClaimStatements.texts(connection, models));
      statement.setArray(2, ClaimStatements.texts(connection, models));
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() && rows.getBoolean("due");
      }
    }
  }
}
