package dev.sluice.local;

import dev.sluice.completion.RecordBody;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/// Queued chat requests, put into the tables as the gateway does it, many at once. Each prompt is
/// like no other, so that an upstream can count the calls of each request.
///
/// @param run what tells these prompts from those of others
record QueuedRows(DataSource database, UUID account, String run) {

  /// The alias of all of them.
  static final String MODEL = LoadCall.MODEL;

  private static final String REQUEST =
      """
      insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
        background, store, lane, state, tier_class, created_at, deadline)
      values (?, ?, 'AbCd1234', '', '/v1/chat/completions', ?, 'flex', false,
        false, true, 'daemon', 'pending', 1, now(), now() + interval '1 hour')
      """;

  private static final String BODY =
      """
      insert into request_body (request_id, account_id, bytes, encoding, content_type, length, sha256)
      values (?, ?, ?, ?, ?, ?, ?)
      """;

  /// Inserts so many more, in one transaction.
  ///
  /// @param from the number of the first one, which its prompt and its id tell
  /// @return their prompts
  List<String> insert(int from, int count) {
    List<String> prompts = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement requests = connection.prepareStatement(REQUEST);
        PreparedStatement bodies = connection.prepareStatement(BODY)) {
      connection.setAutoCommit(false);
      for (int number = from; number < from + count; number++) {
        prompts.add(run + " " + number);
        UUID id = id(number);
        add(requests, id);
        add(bodies, id, RecordBody.gzip(body(prompts.getLast()), "application/json"));
      }
      requests.executeBatch();
      bodies.executeBatch();
      connection.commit();
      return prompts;
    } catch (SQLException e) {
      throw new AssertionError("The rows could not be queued", e);
    }
  }

  private UUID id(int number) {
    return new UUID(
        0x019aa5d56a3b7000L, 0x8000000000000000L | (run.hashCode() & 0xFFFFFFL) << 32 | number);
  }

  private void add(PreparedStatement statement, UUID id) throws SQLException {
    statement.setObject(1, id);
    statement.setObject(2, account);
    statement.setString(3, MODEL);
    statement.addBatch();
  }

  private void add(PreparedStatement statement, UUID id, RecordBody.Inline body)
      throws SQLException {
    statement.setObject(1, id);
    statement.setObject(2, account);
    statement.setBytes(3, body.bytes());
    statement.setString(4, body.encoding());
    statement.setString(5, body.contentType());
    statement.setLong(6, body.length());
    statement.setString(7, body.sha256());
    statement.addBatch();
  }

  private static byte[] body(String prompt) {
    JsonObject message = JsonObject.builder().put("role", "user").put("content", prompt).build();
    return Json.write(
        JsonObject.builder()
            .put("model", MODEL)
            .put("service_tier", "flex")
            .put("messages", new JsonArray(List.of(message)))
            .build());
  }
}
