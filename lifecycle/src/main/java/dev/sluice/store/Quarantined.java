package dev.sluice.store;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionStore.Delivery;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A message that can never become a row, and why.
///
/// @param reason a stable snake_case word, also the label of the metric
/// @param sqlstate what PostgreSQL said, null when it was not asked
/// @param requestId null when the message does not say, as is the account
record Quarantined(
    String message,
    String reason,
    @Nullable String sqlstate,
    @Nullable UUID accountId,
    @Nullable UUID requestId) {

  static Quarantined of(Delivery.Hopeless hopeless) {
    return new Quarantined(hopeless.message(), hopeless.reason(), null, null, null);
  }

  /// The row belongs to somebody else.
  static Quarantined mismatch(Delivery.Known known) {
    return of(known, "account_mismatch", null);
  }

  /// PostgreSQL refused the record itself.
  static Quarantined refused(Delivery.Known known, SQLException refusal) {
    String reason =
        switch (Database.stateClass(refusal)) {
          case "22" -> "invalid_value";
          case "23" -> "constraint_violation";
          case "54" -> "limit_exceeded";
          default -> throw new IllegalArgumentException("Not the fault of a record", refusal);
        };
    return of(known, reason, refusal.getSQLState());
  }

  private static Quarantined of(Delivery.Known known, String reason, @Nullable String sqlstate) {
    CompletionRecord record = known.record();
    return new Quarantined(
        known.message(),
        reason,
        sqlstate,
        record.head().accountId(),
        record.head().requestId().uuid());
  }

  private static final String INSERT =
      """
      insert into quarantine (sha256, reason, sqlstate, account_id, request_id, message)
      values (?, ?, ?, ?, ?, ?)
      on conflict (sha256) do nothing
      """;

  static void insert(Connection connection, List<Quarantined> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      for (Quarantined row : rows) {
        byte[] message = row.message().getBytes(StandardCharsets.UTF_8);
        statement.setBytes(1, sha256(message));
        statement.setString(2, row.reason());
        statement.setString(3, row.sqlstate());
        statement.setObject(4, row.accountId());
        statement.setObject(5, row.requestId());
        statement.setBytes(6, message);
        statement.addBatch();
      }
      var _ = statement.executeBatch();
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK has no SHA-256", e);
    }
  }
}
