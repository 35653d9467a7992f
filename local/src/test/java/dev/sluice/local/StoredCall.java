package dev.sluice.local;

import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// What the database holds of one call.
///
/// @param id as clients see it
/// @param failure the label of its failure, null when it did not fail
/// @param prompt the last message of the user, null without a request body
/// @param text the answer's, null without a response body
/// @param attempts upstream calls that are listed
record StoredCall(
    String id,
    String state,
    @Nullable String failure,
    @Nullable String prompt,
    @Nullable String text,
    int attempts) {

  private static final String ALL =
      """
      select r.id, r.state, r.failure_label,
        q.bytes, q.encoding, q.content_type, q.length, q.sha256,
        a.bytes, a.encoding, a.content_type, a.length, a.sha256,
        (select count(*) from request_attempt t where t.request_id = r.id)
      from request r
      left join request_body q on q.request_id = r.id
      left join response_body a on a.request_id = r.id
      order by r.id
      """;

  /// Everything that a database holds, past the product's own way of reading.
  static List<StoredCall> readAll(DataSource database) {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(ALL)) {
      List<StoredCall> calls = new ArrayList<>();
      while (rows.next()) {
        JsonObject request = body(rows, 4);
        JsonObject answer = body(rows, 9);
        calls.add(
            new StoredCall(
                new ResponseId(rows.getObject(1, UUID.class)).text(),
                rows.getString(2),
                rows.getString(3),
                request == null ? null : DemoPrompt.ofChat(request).last("user").text(),
                answer == null ? null : Sighting.content(answer),
                rows.getInt(14)));
      }
      return calls;
    } catch (SQLException e) {
      throw new AssertionError("The rows could not be read", e);
    }
  }

  private static @Nullable JsonObject body(ResultSet row, int from) throws SQLException {
    byte[] bytes = row.getBytes(from);
    if (bytes == null) {
      return null;
    }
    StoredBody body =
        new StoredBody(
            bytes,
            row.getString(from + 1),
            row.getString(from + 2),
            row.getLong(from + 3),
            row.getString(from + 4));
    return Json.parse(body.decoded()) instanceof Json.Parse.Parsed(JsonDocument document)
        ? document.object()
        : JsonObject.EMPTY;
  }

  boolean isCompleted() {
    return state.equals("completed");
  }

  boolean isEnded() {
    return isCompleted() || state.equals("failed");
  }
}
