package dev.sluice.store;

import dev.sluice.request.ClaimStore.Move;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.Request.Held;
import dev.sluice.request.ResponseId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// The statements about rows that a run holds, but for those of calls that begin and end.
///
/// Each names the attempt and the token of every row. It locks the rows in the order of their ids
/// first, so that two sets that overlap wait for each other and never lock each other out, and
/// moves only what it then holds.
final class HeldStatements {

  /// What names a claim, and with the states of a statement the row that a run holds.
  static final List<Column<Held>> FENCE =
      List.of(
          new Column<>("uuid", held -> held.data().id().uuid()),
          new Column<>("integer", held -> held.schedule().attempt()),
          new Column<>("uuid", held -> held.claim().token()));

  private HeldStatements() {}

  static final String RELEASE =
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
        set state = 'pending', attempt = attempt - 1,
          daemon_id = null, claim_token = null, lease_until = null
        where id = any (array(select id from locked)) and lane = 'daemon' and state = 'claimed'
        returning id
      )
      select statement_timestamp() as now, array(select id from moved) as ids,
        set_config('synchronous_commit', 'off', true)
      """;

  static Moved release(Connection connection, List<? extends Held> held) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
      return moved(statement, held);
    }
  }

  static final String EXTEND =
      """
      with locked as materialized (
        select r.id
        from unnest(?, ?, ?) as h (id, attempt, claim_token)
        join request r on r.id = h.id
        where r.lane = 'daemon' and r.state in ('claimed', 'processing')
          and r.attempt = h.attempt and r.claim_token = h.claim_token
        order by r.id
        for update of r
      ), moved as (
        update request
        set lease_until = statement_timestamp() + make_interval(secs => ?)
        where id = any (array(select id from locked)) and lane = 'daemon'
          and state in ('claimed', 'processing')
        returning id
      )
      select statement_timestamp() as now, array(select id from moved) as ids
      """;

  static Moved extend(Connection connection, List<? extends Held> held, Duration lease)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EXTEND)) {
      statement.setDouble(4, lease.toMillis() / 1e3);
      return moved(statement, held);
    }
  }

  static final String CHECK =
      """
      select statement_timestamp() as now, array(
        select r.id
        from unnest(?, ?, ?) as h (id, attempt, claim_token)
        join request r on r.id = h.id
        where r.lane = 'daemon' and r.state in ('claimed', 'processing')
          and r.attempt = h.attempt and r.claim_token = h.claim_token) as ids
      """;

  static Moved check(Connection connection, List<? extends Held> held) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CHECK)) {
      return moved(statement, held);
    }
  }

  private static Moved moved(PreparedStatement statement, List<? extends Held> held)
      throws SQLException {
    Column.bind(statement, FENCE, List.copyOf(held));
    try (ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new IllegalStateException("A query of one row answered none");
      }
      Set<UUID> saved =
          Arrays.stream((UUID[]) rows.getArray("ids").getArray())
              .collect(Collectors.toUnmodifiableSet());
      Map<ResponseId, Move> moves = new HashMap<>();
      for (Held one : held) {
        ResponseId id = one.data().id();
        moves.put(id, saved.contains(id.uuid()) ? Move.SAVED : Move.STALE);
      }
      return new Moved(moves, RequestRows.instant(rows, "now"));
    }
  }
}
