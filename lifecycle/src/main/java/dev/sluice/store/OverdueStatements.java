package dev.sluice.store;

import dev.sluice.request.ClaimStore.Page;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.DeadlineExceeded;
import dev.sluice.request.FailureReason.WorkerLost;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.FailureJson;
import dev.sluice.wire.Json;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// The statements of the passes over queued rows whose time is over: by their deadline, or by the
/// lease of the run that holds them.
///
/// Each takes its page with locks that wait for nobody: a row that somebody else is moving right
/// now is left to a later page. The ids then go through an array, so that the rows are found by
/// their key whatever the planner believes about the page's size.
final class OverdueStatements {

  private static final FailureReason EXPIRED = new DeadlineExceeded();
  private static final FailureReason LOST = new WorkerLost();

  private OverdueStatements() {}

  static final String EXPIRE =
      """
      with overdue as materialized (
        select id
        from request
        where state = 'pending' and tier_class = 1 and deadline is not null and deadline <= now()
        order by deadline, id
        limit ?
        for update skip locked
      ), ended as (
        update request
        set state = 'failed', finished_at = now(), failure = ?::json, failure_label = ?
        where id = any (array(select id from overdue))
          and state = 'pending' and deadline <= now()
        returning id
      )
      select now() as now, array(select id from ended order by id) as ended,
        array[]::uuid[] as requeued
      """;

  /// Pending → Failed, of rows past their deadline, the one that passed it first at first.
  static Page expire(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EXPIRE)) {
      statement.setInt(1, limit);
      statement.setString(2, json(EXPIRED));
      statement.setString(3, EXPIRED.label());
      return page(statement);
    }
  }

  /// Held rows are few, and an index holds them and nothing else: their leases are looked at one by
  /// one. An attempt has begun when there is a row for it, whatever its request's row says.
  ///
  /// What one run held comes back together and would be claimed together again, and one request
  /// that kills its worker would bring down the others with it. So from the second crash on each
  /// waits for a time of its own.
  static final String RESCUE =
      """
      with lost as materialized (
        select id, claim_token
        from request
        where lane = 'daemon' and state in ('claimed', 'processing') and lease_until <= now()
        order by lease_until, id
        limit ?
        for update skip locked
      ), attempts as (
        update request_attempt
        set finished_at = now(), error = ?
        where request_id = any (array(select id from lost))
          and attempt_id = any (array(select claim_token from lost))
          and finished_at is null
      ), moved as (
        update request
        set state = case when crashes + 1 >= ? then 'failed' else 'pending' end,
          crashes = crashes + 1,
          not_before = case when crashes >= 1
            then now() + random() * (crashes + 1) * interval '10 seconds' else not_before end,
          finished_at = case when crashes + 1 >= ? then now() end,
          failure = case when crashes + 1 >= ? then ?::json end,
          failure_label = case when crashes + 1 >= ? then ? end,
          daemon_id = null, claim_token = null, lease_until = null
        where id = any (array(select id from lost))
          and lane = 'daemon' and state in ('claimed', 'processing') and lease_until <= now()
        returning id, state
      )
      select now() as now,
        array(select id from moved where state = 'failed' order by id) as ended,
        array(select id from moved where state = 'pending' order by id) as requeued
      """;

  /// Claimed or Processing → Pending, or → Failed after so many crashes, of rows whose lease is
  /// over. Attempts that were going on end as `worker_lost`.
  static Page rescue(Connection connection, int limit, int maxCrashes) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RESCUE)) {
      statement.setInt(1, limit);
      statement.setString(2, LOST.label());
      statement.setInt(3, maxCrashes);
      statement.setInt(4, maxCrashes);
      statement.setInt(5, maxCrashes);
      statement.setString(6, json(LOST));
      statement.setInt(7, maxCrashes);
      statement.setString(8, LOST.label());
      return page(statement);
    }
  }

  private static Page page(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new IllegalStateException("A query of one row answered none");
      }
      return new Page(
          ids(rows.getArray("ended")),
          ids(rows.getArray("requeued")),
          RequestRows.instant(rows, "now"));
    }
  }

  private static List<ResponseId> ids(Array array) throws SQLException {
    return Arrays.stream((UUID[]) array.getArray()).map(ResponseId::new).toList();
  }

  private static String json(FailureReason reason) {
    return new String(Json.writeAscii(FailureJson.write(reason)), StandardCharsets.US_ASCII);
  }
}
