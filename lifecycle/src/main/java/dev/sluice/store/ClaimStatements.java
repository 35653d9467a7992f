package dev.sluice.store;

import dev.sluice.request.Request.Claimed;
import dev.sluice.store.Lane.Head;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The statements of a claim, in the order in which they run.
///
/// They take the time of their own beginning, not that of the transaction, which may have waited
/// for the locks of its models.
final class ClaimStatements {

  /// Not above any id.
  private static final UUID FIRST = new UUID(0, 0);

  private ClaimStatements() {}

  /// One claim at a time for each model, so that what is counted as held stays true until the
  /// commit. In the order of the keys, not of the names: two names may share a key. A claim that is
  /// lost in a crash of the server is only a lease that ended, so it waits for no disk.
  static final String LOCK_MODELS =
      """
      select set_config('synchronous_commit', 'off', true), count(pg_advisory_xact_lock(k.key))
      from (
        select distinct hashtextextended(m.model, 5) as key
        from unnest(?::text[]) as m (model)
        order by key) k
      """;

  static void lockModels(Connection connection, Collection<String> models) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK_MODELS)) {
      statement.setArray(1, texts(connection, models));
      statement.execute();
    }
  }

  /// What runs hold of a model.
  record Held(String model, UUID accountId) {}

  static final String COUNT_HELD =
      """
      select r.model, r.account_id, count(*) as held
      from request r
      where r.lane = 'daemon' and r.state in ('claimed', 'processing') and r.model = any (?::text[])
      group by r.model, r.account_id
      """;

  static Map<Held, Long> countHeld(Connection connection, Collection<String> models)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT_HELD)) {
      statement.setArray(1, texts(connection, models));
      Map<Held, Long> held = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          held.put(
              new Held(rows.getString("model"), rows.getObject("account_id", UUID.class)),
              rows.getLong("held"));
        }
      }
      return held;
    }
  }

  /// Finds the first row of each model, class and account by stepping through the indexes from one
  /// to the next, whatever the number of rows between them: fresh rows by their deadline, and rows
  /// that were put back by the time from which they may be tried.
  static final String FIND_LANES =
      """
      with recursive fresh as (
        select m.model, h.tier_class, h.account_id, h.deadline, h.id
        from unnest(?::text[]) as m (model)
        cross join lateral (
          select r.tier_class, r.account_id, r.deadline, r.id
          from request r
          where r.state = 'pending' and r.not_before is null and r.model = m.model
          order by r.tier_class, r.account_id, r.deadline, r.id
          limit 1) h
        union all
        select f.model, h.tier_class, h.account_id, h.deadline, h.id
        from fresh f
        cross join lateral (
          select r.tier_class, r.account_id, r.deadline, r.id
          from request r
          where r.state = 'pending' and r.not_before is null and r.model = f.model
            and (r.tier_class, r.account_id) > (f.tier_class, f.account_id)
          order by r.tier_class, r.account_id, r.deadline, r.id
          limit 1) h
      ), delayed as (
        select m.model, h.tier_class, h.account_id, h.deadline, h.not_before
        from unnest(?::text[]) as m (model)
        cross join lateral (
          select r.tier_class, r.account_id, r.deadline, r.not_before
          from request r
          where r.state = 'pending' and r.not_before is not null and r.model = m.model
          order by r.tier_class, r.account_id, r.not_before, r.id
          limit 1) h
        union all
        select d.model, h.tier_class, h.account_id, h.deadline, h.not_before
        from delayed d
        cross join lateral (
          select r.tier_class, r.account_id, r.deadline, r.not_before
          from request r
          where r.state = 'pending' and r.not_before is not null and r.model = d.model
            and (r.tier_class, r.account_id) > (d.tier_class, d.account_id)
          order by r.tier_class, r.account_id, r.not_before, r.id
          limit 1) h
      )
      select l.model, l.tier_class, l.account_id, min(l.deadline) as deadline,
        min(l.fresh_deadline) as fresh_deadline, min(l.fresh_id::text)::uuid as fresh_id,
        bool_or(l.delayed) as delayed
      from (
        select f.model, f.tier_class, f.account_id, f.deadline, f.deadline as fresh_deadline,
          f.id as fresh_id, false as delayed
        from fresh f
        union all
        select d.model, d.tier_class, d.account_id, d.deadline, null, null, true
        from delayed d
        where d.not_before <= statement_timestamp()) l
      group by l.model, l.tier_class, l.account_id
      """;

  /// @param retried the models of which rows that were put back may be taken as well
  static List<Lane> findLanes(
      Connection connection,
      Collection<String> models,
      Collection<String> retried,
      Map<Held, Long> held)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND_LANES)) {
      statement.setArray(1, texts(connection, models));
      statement.setArray(2, texts(connection, retried));
      List<Lane> lanes = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String model = rows.getString("model");
          UUID accountId = rows.getObject("account_id", UUID.class);
          lanes.add(
              new Lane(
                  model,
                  rows.getInt("tier_class"),
                  accountId,
                  held.getOrDefault(new Held(model, accountId), 0L),
                  RequestRows.nullableInstant(rows, "deadline"),
                  head(rows),
                  rows.getBoolean("delayed")));
        }
      }
      return lanes;
    }
  }

  private static @Nullable Head head(ResultSet row) throws SQLException {
    @Nullable UUID id = row.getObject("fresh_id", UUID.class);
    return id == null ? null : new Head(RequestRows.nullableInstant(row, "fresh_deadline"), id);
  }

  /// What a lane may give.
  ///
  /// @param retries how many of its rows may be such that were put back
  record Share(Lane lane, int rows, int retries) {

    /// Where its rows with a deadline begin; null when there are none.
    @Nullable Instant fromDeadline() {
      Head fresh = lane.fresh();
      return fresh == null ? null : fresh.deadline();
    }

    /// Where its rows without a deadline begin; null when there are none.
    @Nullable UUID fromId() {
      Head fresh = lane.fresh();
      if (fresh == null) {
        return null;
      }
      return fresh.deadline() == null ? fresh.id() : FIRST;
    }
  }

  static final List<Column<Share>> SHARE_COLUMNS =
      List.of(
          new Column<>("text", share -> share.lane().model()),
          new Column<>("smallint", share -> share.lane().tierClass()),
          new Column<>("uuid", share -> share.lane().accountId()),
          new Column<>("integer", Share::rows),
          new Column<>("integer", Share::retries),
          new Column<>("timestamptz", Share::fromDeadline),
          new Column<>("uuid", Share::fromId));

  /// Locks the first rows of each lane that nobody else has locked, and takes them. It waits for no
  /// row. Rows with a deadline and rows without one are two stretches of their index, so that those
  /// past their deadline are never met. The rows are found again by their place: it cannot change
  /// while they are locked.
  static final String TAKE =
      """
      with picked as materialized (
        select t.place
        from unnest(?, ?, ?, ?, ?, ?, ?)
          as l (model, tier_class, account_id, share, retries, from_deadline, from_id)
        cross join lateral (
          select c.place
          from (
            select f.place, f.deadline, f.id
            from (
              select r.ctid as place, r.deadline, r.id
              from request r
              where r.state = 'pending' and r.not_before is null and r.model = l.model
                and r.tier_class = l.tier_class and r.account_id = l.account_id
                and r.deadline > statement_timestamp() and r.deadline >= l.from_deadline
              order by r.deadline, r.id
              limit l.share
              for update skip locked) f
            union all
            select u.place, u.deadline, u.id
            from (
              select r.ctid as place, r.deadline, r.id
              from request r
              where r.state = 'pending' and r.not_before is null and r.model = l.model
                and r.tier_class = l.tier_class and r.account_id = l.account_id
                and r.deadline is null and r.id >= l.from_id
              order by r.deadline, r.id
              limit l.share
              for update skip locked) u
            union all
            select d.place, d.deadline, d.id
            from (
              select r.ctid as place, r.deadline, r.id
              from request r
              where r.state = 'pending' and r.not_before is not null and r.model = l.model
                and r.tier_class = l.tier_class and r.account_id = l.account_id
                and r.not_before <= statement_timestamp()
                and (r.deadline is null or r.deadline > statement_timestamp())
              order by r.not_before, r.id
              limit least(l.share, l.retries)
              for update skip locked) d) c
          order by c.deadline, c.id
          limit l.share) t
      ), taken as (
        update request
        set state = 'claimed', attempt = attempt + 1, daemon_id = ?,
          claim_token = gen_random_uuid(), claimed_at = statement_timestamp(),
          lease_until = statement_timestamp() + make_interval(secs => ?)
        where ctid = any (array(select place from picked)) and state = 'pending'
        returning id, account_id, api_key_id, endpoint, model, tier, stream, background, store,
          lane, attempt, crashes, not_before, deadline, daemon_id, claim_token, lease_until, state,
          created_at, recorded_at, started_at, deleted_at, client_disconnected, tier_class
      )
      select t.id, t.account_id, t.api_key_id, t.endpoint, t.model, t.tier, t.stream, t.background,
        t.store, t.lane, t.attempt, t.crashes, t.not_before, t.deadline, t.daemon_id,
        t.claim_token, t.lease_until, t.state, t.created_at, t.recorded_at, t.started_at,
        t.deleted_at, t.client_disconnected, t.tier_class
      from taken t
      order by t.deadline, t.id
      """;

  /// @param tierClass the rank of its class, which its tier alone does not tell
  record Taken(Claimed request, int tierClass) {

    String model() {
      return request.data().model();
    }

    UUID accountId() {
      return request.data().accountId();
    }

    boolean wasPutBack() {
      return request.schedule().notBefore() != null;
    }
  }

  static List<Taken> take(Connection connection, List<Share> shares, UUID daemonId, Duration lease)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TAKE)) {
      Column.bind(statement, SHARE_COLUMNS, shares);
      statement.setObject(8, daemonId);
      statement.setDouble(9, lease.toMillis() / 1e3);
      List<Taken> taken = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          taken.add(new Taken((Claimed) RequestRows.read(rows), rows.getInt("tier_class")));
        }
      }
      return taken;
    }
  }

  private static final String NOW =
      """
      select statement_timestamp() as now
      """;

  static Instant now(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NOW);
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new IllegalStateException("A query of one row answered none");
      }
      return RequestRows.instant(rows, "now");
    }
  }

  static Array texts(Connection connection, Collection<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }
}
