package dev.sluice.store;

import dev.sluice.request.RequestData;
import dev.sluice.request.RequestQueue;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.request.TierClass;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/// The queue in PostgreSQL. Safe for use by several threads.
@Singleton
final class PostgresRequestQueue implements RequestQueue {

  private final Database database;

  PostgresRequestQueue(Database database) {
    this.database = database;
  }

  /// The row first: whoever repeats it while the first is under way waits for its commit, and then
  /// adds nothing. The key last: it is the only row here that anybody else may hold.
  @Override
  public void enqueue(NewRequest request) {
    var _ =
        database.write(connection -> {
          boolean isNew = insertRequest(connection, request);
          if (isNew) {
            insertBody(connection, request);
            RepeatKey key = request.repeatKey();
            if (key != null) {
              PostgresIdempotencyStore.remember(
                  connection, request.data().accountId(), key, request.data().id());
            }
          }
          return isNew;
        });
  }

  /// Names no index: of two inserts at the same moment the second may meet the first in any of the
  /// unique ones, and only a conflict in a named one is none.
  private static final String INSERT_REQUEST =
      """
      insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
        background, store, lane, state, created_at, previous_id, tier_class, deadline)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'daemon', 'pending', ?, ?, ?,
        now() + make_interval(secs => ?))
      on conflict do nothing
      """;

  private static boolean insertRequest(Connection connection, NewRequest request)
      throws SQLException {
    RequestData data = request.data();
    ResponseId previous = request.previousId();
    try (PreparedStatement statement = connection.prepareStatement(INSERT_REQUEST)) {
      statement.setObject(1, data.id().uuid());
      statement.setObject(2, data.accountId());
      statement.setString(3, data.apiKeyId());
      statement.setString(4, Column.encodable(request.traceId()));
      statement.setString(5, data.endpoint().path());
      statement.setString(6, Column.encodable(data.model()));
      statement.setString(7, data.tier().text());
      statement.setBoolean(8, data.stream());
      statement.setBoolean(9, data.background());
      statement.setBoolean(10, data.store());
      statement.setObject(11, data.createdAt().atOffset(ZoneOffset.UTC));
      statement.setObject(12, previous == null ? null : previous.uuid(), Types.OTHER);
      statement.setInt(13, TierClass.of(data.tier()).rank());
      statement.setObject(14, seconds(request.window()), Types.DOUBLE);
      return statement.executeUpdate() == 1;
    }
  }

  private static @Nullable Double seconds(@Nullable Duration window) {
    return window == null ? null : window.toMillis() / 1e3;
  }

  private static final String INSERT_BODY =
      """
      insert into request_body
        (request_id, account_id, bytes, encoding, content_type, length, sha256)
      values (?, ?, ?, ?, ?, ?, ?)
      """;

  private static void insertBody(Connection connection, NewRequest request) throws SQLException {
    StoredBody body = request.body();
    try (PreparedStatement statement = connection.prepareStatement(INSERT_BODY)) {
      statement.setObject(1, request.data().id().uuid());
      statement.setObject(2, request.data().accountId());
      statement.setBytes(3, body.bytes());
      statement.setString(4, body.encoding());
      statement.setString(5, Column.encodable(body.contentType()));
      statement.setLong(6, body.length());
      statement.setString(7, body.sha256());
      var _ = statement.executeUpdate();
    }
  }
}
