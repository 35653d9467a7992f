package dev.sluice.store;

import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/// A body on its way into one of the tables of bodies.
record BodyRow(ResponseId id, UUID accountId, StoredBody body) {

  static final String INSERT_RESPONSE_BODIES =
      """
      insert into response_body
        (request_id, account_id, bytes, encoding, content_type, length, sha256)
      values (?, ?, ?, ?, ?, ?, ?)
      on conflict (request_id) do nothing
      """;

  /// Inserts bodies by a statement of seven parameters, in the order of the columns of
  /// [#INSERT_RESPONSE_BODIES]. The driver rewrites the batch into few statements of many rows;
  /// arrays of long values would be escaped and parsed twice.
  static void insert(Connection connection, String sql, List<BodyRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (BodyRow row : rows) {
        statement.setObject(1, row.id().uuid());
        statement.setObject(2, row.accountId());
        statement.setBytes(3, row.body().bytes());
        statement.setString(4, row.body().encoding());
        statement.setString(5, Column.encodable(row.body().contentType()));
        statement.setLong(6, row.body().length());
        statement.setString(7, row.body().sha256());
        statement.addBatch();
      }
      var _ = statement.executeBatch();
    }
  }
}
