package dev.sluice.store;

import dev.sluice.request.Chain;
import dev.sluice.request.Chain.End;
import dev.sluice.request.Chain.Turn;
import dev.sluice.request.Request;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The statements that read a conversation: four, however long it is.
final class ChainStatements {

  private ChainStatements() {}

  /// Each step asks for the owner again. A row that is already on the way is not taken twice, so
  /// that rows that continue each other in a circle come to an end.
  private static final String WALK =
      """
      with recursive chain as (
        select id, previous_id, 1 as depth, array[id] as seen
        from request
        where account_id = ? and id = ? and store and deleted_at is null
        union all
        select parent.id, parent.previous_id, child.depth + 1, child.seen || parent.id
        from chain child
        join request parent on parent.account_id = ? and parent.id = child.previous_id
        where parent.store and parent.deleted_at is null
          and child.depth <= ? and parent.id <> all (child.seen)
      )
      select r.id, r.account_id, r.api_key_id, r.endpoint, r.model, r.tier, r.stream, r.background,
        r.store, r.lane, r.attempt, r.crashes, r.not_before, r.deadline, r.daemon_id,
        r.claim_token, r.lease_until, r.state, r.outcome, r.created_at, r.recorded_at, r.started_at,
        r.finished_at, r.deleted_at, r.response_status, r.failure, r.client_disconnected,
        r.time_to_first_byte_ms, r.input_tokens, r.output_tokens, r.cached_tokens,
        r.reasoning_tokens, r.previous_id
      from chain
      join request r on r.id = chain.id
      order by chain.depth desc
      """;

  /// Asked before any body is read: a few hundred turns of images are more than a function holds.
  private static final String BYTES =
      """
      select coalesce(sum(length), 0)
      from (
        select length from request_body where account_id = ? and request_id = any (?)
        union all
        select length from response_body where account_id = ? and request_id = any (?)
      ) body
      """;

  private static final String REQUEST_BODIES =
      """
      select request_id, bytes, encoding, content_type, length, sha256
      from request_body
      where account_id = ? and request_id = any (?)
      """;

  private static final String RESPONSE_BODIES =
      """
      select request_id, bytes, encoding, content_type, length, sha256
      from response_body
      where account_id = ? and request_id = any (?)
      """;

  private record Row(Request request, @Nullable ResponseId previous) {

    ResponseId id() {
      return request.data().id();
    }
  }

  /// @param maxTurns the number of turns that are wanted; one more is looked for
  static Chain read(
      Connection connection, UUID accountId, ResponseId head, int maxTurns, long maxBytes)
      throws SQLException {
    List<Row> rows = walk(connection, accountId, head, maxTurns);
    if (rows.isEmpty()) {
      return new Chain(List.of(), new End.Missing(head));
    }
    if (rows.size() > maxTurns) {
      return new Chain(List.of(), new End.TooLong());
    }
    Set<ResponseId> ids = rows.stream().map(Row::id).collect(Collectors.toSet());
    if (bytes(connection, accountId, ids) > maxBytes) {
      return new Chain(List.of(), new End.TooLarge());
    }
    var requests = bodies(connection, REQUEST_BODIES, accountId, ids);
    var responses = bodies(connection, RESPONSE_BODIES, accountId, ids);
    List<Turn> turns = new ArrayList<>();
    for (Row row : rows) {
      turns.add(new Turn(row.request(), requests.get(row.id()), responses.get(row.id())));
    }
    ResponseId earlier = rows.getFirst().previous();
    return new Chain(turns, earlier == null ? new End.Complete() : new End.Missing(earlier));
  }

  private static List<Row> walk(Connection connection, UUID accountId, ResponseId head, int max)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WALK)) {
      statement.setObject(1, accountId);
      statement.setObject(2, head.uuid());
      statement.setObject(3, accountId);
      statement.setInt(4, max);
      List<Row> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          UUID previous = rows.getObject("previous_id", UUID.class);
          found.add(
              new Row(RequestRows.read(rows), previous == null ? null : new ResponseId(previous)));
        }
      }
      return found;
    }
  }

  private static long bytes(Connection connection, UUID accountId, Set<ResponseId> ids)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BYTES)) {
      statement.setObject(1, accountId);
      statement.setArray(2, uuids(connection, ids));
      statement.setObject(3, accountId);
      statement.setArray(4, uuids(connection, ids));
      try (ResultSet sum = statement.executeQuery()) {
        if (!sum.next()) {
          throw new IllegalStateException("A sum answered nothing");
        }
        return sum.getLong(1);
      }
    }
  }

  private static Array uuids(Connection connection, Set<ResponseId> ids) throws SQLException {
    return connection.createArrayOf("uuid", ids.stream().map(ResponseId::uuid).toArray());
  }

  private static Map<ResponseId, StoredBody> bodies(
      Connection connection, String sql, UUID accountId, Set<ResponseId> ids) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, accountId);
      statement.setArray(2, uuids(connection, ids));
      Map<ResponseId, StoredBody> bodies = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          bodies.put(
              new ResponseId(rows.getObject("request_id", UUID.class)), RequestRows.body(rows));
        }
      }
      return bodies;
    }
  }
}
