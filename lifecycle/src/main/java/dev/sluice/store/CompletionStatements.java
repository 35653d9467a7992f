package dev.sluice.store;

import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.request.Usage;
import dev.sluice.store.MergedRequest.NumberedAttempt;
import dev.sluice.wire.FailureJson;
import dev.sluice.wire.Json;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The statements of the completion batch. Each takes rows of any number; none decides anything
/// that its WHERE clause does not say.
final class CompletionStatements {

  private static final List<Column<MergedRequest>> REQUEST_COLUMNS =
      List.of(
          new Column<>("uuid", row -> row.id().uuid()),
          new Column<>("uuid", MergedRequest::accountId),
          new Column<>("text", row -> row.head().apiKeyId()),
          new Column<>("text", row -> row.head().traceId()),
          new Column<>("text", row -> row.head().endpoint().path()),
          new Column<>("text", row -> row.head().model()),
          new Column<>("text", row -> row.head().tier().text()),
          new Column<>("boolean", row -> row.head().stream()),
          new Column<>("boolean", row -> row.head().background()),
          new Column<>("boolean", row -> row.head().store()),
          new Column<>("text", CompletionStatements::state),
          new Column<>("text", ended(CompletionStatements::outcome)),
          new Column<>("timestamptz", row -> row.head().startedAt()),
          new Column<>("timestamptz", ended(FinishedRecord::completedAt)),
          new Column<>("integer", ended(FinishedRecord::status)),
          new Column<>("text", ended(CompletionStatements::failure)),
          new Column<>("text", ended(CompletionStatements::failureLabel)),
          new Column<>(
              "boolean", row -> row.finished() != null && row.finished().clientDisconnected()),
          new Column<>("bigint", ended(FinishedRecord::timeToFirstByteMillis)),
          new Column<>("bigint", used(Usage::inputTokens)),
          new Column<>("bigint", used(Usage::outputTokens)),
          new Column<>("bigint", used(Usage::cachedTokens)),
          new Column<>("bigint", used(Usage::reasoningTokens)),
          new Column<>("uuid", CompletionStatements::previousId));

  private static final List<Column<NumberedAttempt>> ATTEMPT_COLUMNS =
      List.of(
          new Column<>("uuid", row -> row.head().requestId().uuid()),
          new Column<>("uuid", row -> row.attempt().attemptId()),
          new Column<>("uuid", row -> row.head().accountId()),
          new Column<>("integer", NumberedAttempt::number),
          new Column<>("text", row -> row.attempt().upstream()),
          new Column<>("text", row -> row.attempt().upstreamModel()),
          new Column<>("timestamptz", row -> row.attempt().startedAt()),
          new Column<>("timestamptz", row -> row.attempt().finishedAt()),
          new Column<>("integer", row -> row.attempt().status()),
          new Column<>("text", row -> row.attempt().error()),
          new Column<>("bigint", cost(Usage::inputTokens)),
          new Column<>("bigint", cost(Usage::outputTokens)),
          new Column<>("bigint", cost(Usage::cachedTokens)),
          new Column<>("bigint", cost(Usage::reasoningTokens)));

  private CompletionStatements() {}

  /// Inserts missing rows and ends unended ones. Rows that it leaves alone are locked as well, so
  /// that what is read of them afterwards holds until the commit.
  private static final String INSERT_OR_FINISH =
      """
      insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
        background, store, lane, state, outcome, created_at, started_at, finished_at,
        response_status, failure, failure_label, client_disconnected, time_to_first_byte_ms,
        input_tokens, output_tokens, cached_tokens, reasoning_tokens, previous_id)
      select r.id, r.account_id, r.api_key_id, r.trace_id, r.endpoint, r.model, r.tier, r.stream,
        r.background, r.store, 'gateway', r.state, r.outcome, r.started_at, r.started_at,
        r.finished_at, r.response_status, r.failure::json, r.failure_label,
        r.client_disconnected, r.time_to_first_byte_ms, r.input_tokens, r.output_tokens,
        r.cached_tokens, r.reasoning_tokens, r.previous_id
      from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        as r (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream, background,
          store, state, outcome, started_at, finished_at, response_status, failure,
          failure_label, client_disconnected, time_to_first_byte_ms, input_tokens,
          output_tokens, cached_tokens, reasoning_tokens, previous_id)
      order by r.id
      on conflict (id) do update
      set state = excluded.state,
        outcome = excluded.outcome,
        finished_at = excluded.finished_at,
        response_status = excluded.response_status,
        failure = excluded.failure,
        failure_label = excluded.failure_label,
        client_disconnected = excluded.client_disconnected,
        time_to_first_byte_ms = excluded.time_to_first_byte_ms,
        input_tokens = excluded.input_tokens,
        output_tokens = excluded.output_tokens,
        cached_tokens = excluded.cached_tokens,
        reasoning_tokens = excluded.reasoning_tokens
      where request.account_id = excluded.account_id
        and excluded.state in ('completed', 'failed')
        and ((request.state = 'processing' and request.lane = 'gateway')
          or (request.state = 'failed' and request.failure_label = 'gateway_lost'))
      returning id, exists (
        select from request before
        where before.id = request.id
          and before.state = 'failed' and before.failure_label = 'gateway_lost') as repaired
      """;

  /// What the statement did.
  ///
  /// @param ids the rows that it inserted or ended
  /// @param repaired how many of them were failed as `gateway_lost` and now have their real outcome
  record Written(Set<ResponseId> ids, int repaired) {

    Written {
      ids = Set.copyOf(ids);
    }
  }

  static Written insertOrFinish(Connection connection, List<MergedRequest> rows)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT_OR_FINISH)) {
      Column.bind(statement, REQUEST_COLUMNS, rows);
      Set<ResponseId> ids = new HashSet<>();
      int repaired = 0;
      try (ResultSet written = statement.executeQuery()) {
        while (written.next()) {
          ids.add(new ResponseId(written.getObject("id", UUID.class)));
          repaired += written.getBoolean("repaired") ? 1 : 0;
        }
      }
      return new Written(ids, repaired);
    }
  }

  /// What decides whether a record may add to a row.
  record Existing(UUID accountId, boolean deleted, boolean hasRequestBody) {}

  private static final String READ_EXISTING =
      """
      select r.id, r.account_id, r.deleted_at is not null as deleted,
        exists (select from request_body b where b.request_id = r.id) as has_request_body
      from request r
      where r.id = any (?)
      """;

  static Map<ResponseId, Existing> readExisting(Connection connection, List<MergedRequest> rows)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(READ_EXISTING)) {
      Object[] ids = rows.stream().map(row -> row.id().uuid()).toArray();
      statement.setArray(1, connection.createArrayOf("uuid", ids));
      Map<ResponseId, Existing> existing = new HashMap<>();
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          existing.put(
              new ResponseId(found.getObject("id", UUID.class)),
              new Existing(
                  found.getObject("account_id", UUID.class),
                  found.getBoolean("deleted"),
                  found.getBoolean("has_request_body")));
        }
      }
      return existing;
    }
  }

  private static final String INSERT_REQUEST_BODIES =
      """
      insert into request_body
        (request_id, account_id, bytes, encoding, content_type, length, sha256)
      values (?, ?, ?, ?, ?, ?, ?)
      on conflict (request_id) do nothing
      """;

  static void insertRequestBodies(Connection connection, List<MergedRequest> rows)
      throws SQLException {
    insertBodies(connection, INSERT_REQUEST_BODIES, rows, MergedRequest::requestBody);
  }

  static void insertResponseBodies(Connection connection, List<MergedRequest> rows)
      throws SQLException {
    insertBodies(connection, BodyRow.INSERT_RESPONSE_BODIES, rows, MergedRequest::responseBody);
  }

  /// One chunk from the first event to the last.
  private static final String INSERT_EVENTS =
      """
      insert into response_event
        (response_id, account_id, bytes, encoding, content_type, length, sha256, first_sequence)
      values (?, ?, ?, ?, ?, ?, ?, 0)
      on conflict (response_id, first_sequence) do nothing
      """;

  static void insertEvents(Connection connection, List<MergedRequest> rows) throws SQLException {
    insertBodies(connection, INSERT_EVENTS, rows, MergedRequest::events);
  }

  private static void insertBodies(
      Connection connection,
      String sql,
      List<MergedRequest> rows,
      Function<MergedRequest, RecordBody.@Nullable Inline> body)
      throws SQLException {
    List<BodyRow> bodies = new ArrayList<>();
    for (MergedRequest row : rows) {
      RecordBody.Inline inline = body.apply(row);
      if (inline != null) {
        bodies.add(new BodyRow(row.id(), row.accountId(), stored(inline)));
      }
    }
    BodyRow.insert(connection, sql, bodies);
  }

  private static StoredBody stored(RecordBody.Inline body) {
    return new StoredBody(
        body.bytes(), body.encoding(), body.contentType(), body.length(), body.sha256());
  }

  private static final String INSERT_ATTEMPTS =
      """
      insert into request_attempt (request_id, attempt_id, account_id, attempt, upstream,
        upstream_model, started_at, finished_at, status, error, input_tokens, output_tokens,
        cached_tokens, reasoning_tokens)
      select a.request_id, a.attempt_id, a.account_id, a.attempt, a.upstream, a.upstream_model,
        a.started_at, a.finished_at, a.status, a.error, a.input_tokens, a.output_tokens,
        a.cached_tokens, a.reasoning_tokens
      from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        as a (request_id, attempt_id, account_id, attempt, upstream, upstream_model, started_at,
          finished_at, status, error, input_tokens, output_tokens, cached_tokens,
          reasoning_tokens)
      order by a.request_id, a.attempt
      on conflict (request_id, attempt_id) do nothing
      """;

  static void insertAttempts(Connection connection, List<NumberedAttempt> rows)
      throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(INSERT_ATTEMPTS)) {
      Column.bind(statement, ATTEMPT_COLUMNS, rows);
      var _ = statement.executeUpdate();
    }
  }

  private static @Nullable Object previousId(MergedRequest row) {
    ResponseId previous = row.head().previousId();
    return previous == null ? null : previous.uuid();
  }

  private static String state(MergedRequest row) {
    FinishedRecord finished = row.finished();
    if (finished == null) {
      return "processing";
    }
    return switch (finished.outcome()) {
      case COMPLETED, INCOMPLETE -> "completed";
      case FAILED -> "failed";
    };
  }

  private static @Nullable String outcome(FinishedRecord finished) {
    return finished.outcome() == Outcome.FAILED ? null : finished.outcome().text();
  }

  private static @Nullable String failure(FinishedRecord finished) {
    FailureReason reason = finished.failure();
    return reason == null
        ? null
        : new String(Json.writeAscii(FailureJson.write(reason)), StandardCharsets.US_ASCII);
  }

  private static @Nullable String failureLabel(FinishedRecord finished) {
    FailureReason reason = finished.failure();
    return reason == null ? null : reason.label();
  }

  private static Function<MergedRequest, @Nullable Object> ended(
      Function<FinishedRecord, @Nullable Object> value) {
    return row -> {
      FinishedRecord finished = row.finished();
      return finished == null ? null : value.apply(finished);
    };
  }

  private static Function<NumberedAttempt, @Nullable Object> cost(Function<Usage, Object> value) {
    return row -> {
      Usage usage = row.usage();
      return usage == null ? null : value.apply(usage);
    };
  }

  private static Function<MergedRequest, @Nullable Object> used(Function<Usage, Object> value) {
    return ended(finished -> {
      Usage usage = finished.usage();
      return usage == null ? null : value.apply(usage);
    });
  }
}
