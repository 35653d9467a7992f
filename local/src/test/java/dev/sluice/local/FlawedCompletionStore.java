package dev.sluice.local;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionStore;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.Deadline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// A store as a first draft might be, with one flaw. It does what is right as long as nothing dies,
/// and is here to show that the tests in which something dies would see the flaw.
final class FlawedCompletionStore implements CompletionStore {

  /// What the draft lacks.
  enum Flaw {
    /// The later writer wins, whatever the row has become.
    NO_GUARD,
    /// Rows are committed before their bodies are.
    NO_TRANSACTION
  }

  private static final String UPSERT =
      """
      insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
        background, store, lane, state, created_at, started_at, outcome, finished_at,
        response_status)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'gateway', ?, ?, ?, ?, ?, ?)
      on conflict (id) do update
      set state = excluded.state, outcome = excluded.outcome, finished_at = excluded.finished_at,
        response_status = excluded.response_status
      """;

  /// What keeps a record that comes late or again from changing an ended row.
  private static final String GUARD =
      """
      where request.state = 'processing' and excluded.state = 'completed'
      """;

  private static final String INSERT_REQUEST_BODY =
      """
      insert into request_body
        (request_id, account_id, bytes, encoding, content_type, length, sha256)
      values (?, ?, ?, ?, ?, ?, ?)
      on conflict (request_id) do nothing
      """;

  private static final String INSERT_RESPONSE_BODY =
      """
      insert into response_body
        (request_id, account_id, bytes, encoding, content_type, length, sha256)
      values (?, ?, ?, ?, ?, ?, ?)
      on conflict (request_id) do nothing
      """;

  private static final String INSERT_ATTEMPT =
      """
      insert into request_attempt (request_id, attempt_id, account_id, attempt, upstream,
        started_at, finished_at, status)
      values (?, ?, ?, 1, ?, ?, ?, ?)
      on conflict (request_id, attempt_id) do nothing
      """;

  private final DataSource database;
  private final Flaw flaw;
  private final Runnable betweenRowsAndBodies;

  /// @param betweenRowsAndBodies where the process may die
  FlawedCompletionStore(DataSource database, Flaw flaw, Runnable betweenRowsAndBodies) {
    this.database = database;
    this.flaw = flaw;
    this.betweenRowsAndBodies = betweenRowsAndBodies;
  }

  @Override
  public Set<Integer> persist(List<Delivery> batch, Deadline deadline) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      boolean[] written = new boolean[batch.size()];
      for (int i = 0; i < batch.size(); i++) {
        written[i] = upsert(connection, record(batch.get(i)));
      }
      if (flaw == Flaw.NO_TRANSACTION) {
        connection.commit();
        betweenRowsAndBodies.run();
      }
      for (int i = 0; i < batch.size(); i++) {
        details(connection, record(batch.get(i)), written[i]);
      }
      connection.commit();
      return Set.of();
    } catch (SQLException e) {
      throw new IllegalStateException("The batch was not written", e);
    }
  }

  private static CompletionRecord record(Delivery delivery) {
    return switch (delivery) {
      case Delivery.Known(String _, CompletionRecord record) -> record;
      case Delivery.Hopeless _ -> throw new IllegalArgumentException("No load sends such a record");
    };
  }

  /// Answers whether the row was inserted or changed.
  private boolean upsert(Connection connection, CompletionRecord record) throws SQLException {
    String sql = flaw == Flaw.NO_GUARD ? UPSERT : UPSERT + GUARD;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      CompletionRecord.Head head = record.head();
      FinishedRecord finished = record instanceof FinishedRecord end ? end : null;
      bind(
          statement,
          head.requestId().uuid(),
          head.accountId(),
          head.apiKeyId(),
          head.traceId(),
          head.endpoint().path(),
          head.model(),
          head.tier().text(),
          head.stream(),
          head.background(),
          head.store(),
          finished == null ? "processing" : "completed",
          head.startedAt().atOffset(ZoneOffset.UTC),
          head.startedAt().atOffset(ZoneOffset.UTC),
          finished == null ? null : finished.outcome().text(),
          finished == null ? null : finished.completedAt().atOffset(ZoneOffset.UTC),
          finished == null ? null : finished.status());
      return statement.executeUpdate() == 1;
    }
  }

  /// A body belongs to the outcome that it came with, so it is stored with it only.
  private static void details(Connection connection, CompletionRecord record, boolean written)
      throws SQLException {
    switch (record) {
      case StartedRecord started ->
          body(connection, INSERT_REQUEST_BODY, record.head(), started.request());
      case FinishedRecord finished -> {
        if (written) {
          body(connection, INSERT_RESPONSE_BODY, record.head(), finished.response());
        }
        for (FinishedRecord.Attempt attempt : finished.attempts()) {
          attempt(connection, record.head(), attempt);
        }
      }
    }
  }

  private static void body(
      Connection connection, String insert, CompletionRecord.Head head, @Nullable RecordBody body)
      throws SQLException {
    if (body instanceof RecordBody.Inline inline) {
      try (PreparedStatement statement = connection.prepareStatement(insert)) {
        bind(
            statement,
            head.requestId().uuid(),
            head.accountId(),
            inline.bytes(),
            inline.encoding(),
            inline.contentType(),
            inline.length(),
            inline.sha256());
        var _ = statement.executeUpdate();
      }
    }
  }

  private static void attempt(
      Connection connection, CompletionRecord.Head head, FinishedRecord.Attempt attempt)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT_ATTEMPT)) {
      bind(
          statement,
          head.requestId().uuid(),
          attempt.attemptId(),
          head.accountId(),
          attempt.upstream(),
          attempt.startedAt().atOffset(ZoneOffset.UTC),
          attempt.finishedAt().atOffset(ZoneOffset.UTC),
          attempt.status());
      var _ = statement.executeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
