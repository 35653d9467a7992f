package dev.sluice.store;

import dev.sluice.request.ClaimStore.Start;
import dev.sluice.request.ClaimStore.Started;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Held;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The statements that let calls begin: the rows move, their attempts are entered, and what the
/// calls need is read.
final class StartStatements {

  private StartStatements() {}

  static Started start(Connection connection, List<Start> starts) throws SQLException {
    Rows rows = move(connection, starts);
    List<CallRow> calls = new ArrayList<>();
    for (Start start : starts) {
      if (rows.moved().containsKey(start.request().data().id())) {
        calls.add(CallRow.begun(start, start.request().start(rows.now())));
      }
    }
    CallRow.save(connection, calls);
    Map<ResponseId, StoredBody> bodies = readBodies(connection, calls);
    List<Work> work = new ArrayList<>();
    for (Start start : starts) {
      Dispatched request = start.request().start(rows.now());
      ResponseId id = request.data().id();
      Facts facts = rows.moved().get(id);
      if (facts != null) {
        work.add(new Work(request, bodies.get(id), facts.previousId(), facts.traceId()));
      }
    }
    return new Started(work, rows.now());
  }

  /// What the state of a request does not tell and its call needs.
  private record Facts(@Nullable ResponseId previousId, String traceId) {

    static Facts read(ResultSet row) throws SQLException {
      @Nullable UUID previous = row.getObject("previous_id", UUID.class);
      return new Facts(
          previous == null ? null : new ResponseId(previous), row.getString("trace_id"));
    }
  }

  private record Rows(Map<ResponseId, Facts> moved, Instant now) {}

  /// Answers a row without an id when nothing has moved, for the time. A start that is lost in a
  /// crash of the server is only a lease that ended, so it waits for no disk.
  static final String START =
      """
      with locked as materialized (
        select r.id
        from unnest(?, ?, ?) as h (id, attempt, claim_token)
        join request r on r.id = h.id
        where r.lane = 'daemon' and r.state = 'claimed'
          and r.attempt = h.attempt and r.claim_token = h.claim_token
        order by r.id
        for update of r
      ), moved as (
        update request
        set state = 'processing', started_at = statement_timestamp()
        where id = any (array(select id from locked)) and lane = 'daemon' and state = 'claimed'
        returning id, previous_id, trace_id
      )
      select statement_timestamp() as now, m.id, m.previous_id, m.trace_id,
        (select set_config('synchronous_commit', 'off', true)) as commits
      from (values (1)) as one (row)
      left join moved m on true
      """;

  private static Rows move(Connection connection, List<Start> starts) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(START)) {
      List<Held> held = starts.stream().<Held>map(Start::request).toList();
      Column.bind(statement, HeldStatements.FENCE, held);
      Map<ResponseId, Facts> moved = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        Instant now = Instant.MIN;
        while (rows.next()) {
          now = RequestRows.instant(rows, "now");
          @Nullable UUID id = rows.getObject("id", UUID.class);
          if (id != null) {
            moved.put(new ResponseId(id), Facts.read(rows));
          }
        }
        return new Rows(moved, now);
      }
    }
  }

  static final String READ_BODIES =
      """
      select b.request_id, b.bytes, b.encoding, b.content_type, b.length, b.sha256
      from request_body b
      where b.request_id = any (?)
      """;

  private static Map<ResponseId, StoredBody> readBodies(Connection connection, List<CallRow> calls)
      throws SQLException {
    Map<ResponseId, StoredBody> bodies = new HashMap<>();
    if (calls.isEmpty()) {
      return bodies;
    }
    try (PreparedStatement statement = connection.prepareStatement(READ_BODIES)) {
      Object[] ids = calls.stream().map(call -> call.data().id().uuid()).toArray();
      statement.setArray(1, connection.createArrayOf("uuid", ids));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          bodies.put(
              new ResponseId(rows.getObject("request_id", UUID.class)), RequestRows.body(rows));
        }
      }
    }
    return bodies;
  }
}
