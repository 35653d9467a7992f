package dev.sluice.store;

import dev.sluice.request.Claim;
import dev.sluice.request.ClaimStore.AttemptEnd;
import dev.sluice.request.ClaimStore.Start;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.RequestData;
import dev.sluice.request.Usage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An upstream call of a daemon, on its way into the table of attempts. Its id there is the token
/// of the claim.
///
/// @param attempt its number
/// @param end null while it runs
record CallRow(
    RequestData data,
    Claim claim,
    int attempt,
    String upstream,
    String upstreamModel,
    Instant startedAt,
    @Nullable AttemptEnd end) {

  static CallRow begun(Start start, Dispatched request) {
    return new CallRow(
        request.data(),
        request.claim(),
        request.schedule().attempt(),
        start.upstream(),
        start.upstreamModel(),
        startedAt(request.data()),
        null);
  }

  static CallRow ended(Dispatched request, AttemptEnd end) {
    return new CallRow(
        request.data(),
        request.claim(),
        request.schedule().attempt(),
        end.upstream(),
        end.upstreamModel(),
        startedAt(request.data()),
        end);
  }

  /// A check of the table: what is being processed has been started.
  private static Instant startedAt(RequestData data) {
    return Objects.requireNonNull(data.startedAt(), "startedAt");
  }

  static final List<Column<CallRow>> COLUMNS =
      List.of(
          new Column<>("uuid", row -> row.data().id().uuid()),
          new Column<>("uuid", row -> row.claim().token()),
          new Column<>("uuid", row -> row.data().accountId()),
          new Column<>("integer", CallRow::attempt),
          new Column<>("uuid", row -> row.claim().daemonId()),
          new Column<>("text", CallRow::upstream),
          new Column<>("text", CallRow::upstreamModel),
          new Column<>("timestamptz", CallRow::startedAt),
          new Column<>("timestamptz", ended(AttemptEnd::finishedAt)),
          new Column<>("integer", ended(AttemptEnd::status)),
          new Column<>("text", ended(AttemptEnd::error)),
          new Column<>("bigint", used(Usage::inputTokens)),
          new Column<>("bigint", used(Usage::outputTokens)),
          new Column<>("bigint", used(Usage::cachedTokens)),
          new Column<>("bigint", used(Usage::reasoningTokens)));

  private static Function<CallRow, @Nullable Object> ended(
      Function<AttemptEnd, @Nullable Object> value) {
    return row -> {
      AttemptEnd end = row.end();
      return end == null ? null : value.apply(end);
    };
  }

  private static Function<CallRow, @Nullable Object> used(Function<Usage, Object> value) {
    return ended(end -> {
      Usage usage = end.usage();
      return usage == null ? null : value.apply(usage);
    });
  }

  /// The row of a call that began may be gone, with a crash of the server, and may have been ended
  /// by who took the request over: what the call itself says is put in its place. A repeat of what
  /// was saved, whose acknowledgement was lost, finds its row moved and does not spoil its success.
  static final String SAVE =
      """
      insert into request_attempt (request_id, attempt_id, account_id, attempt, daemon_id, upstream,
        upstream_model, started_at, finished_at, status, error, input_tokens, output_tokens,
        cached_tokens, reasoning_tokens)
      select a.request_id, a.attempt_id, a.account_id, a.attempt, a.daemon_id, a.upstream,
        a.upstream_model, a.started_at, a.finished_at, a.status, a.error, a.input_tokens,
        a.output_tokens, a.cached_tokens, a.reasoning_tokens
      from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        as a (request_id, attempt_id, account_id, attempt, daemon_id, upstream, upstream_model,
          started_at, finished_at, status, error, input_tokens, output_tokens, cached_tokens,
          reasoning_tokens)
      order by a.request_id, a.attempt_id
      on conflict (request_id, attempt_id) do update
      set upstream = excluded.upstream,
        upstream_model = excluded.upstream_model,
        finished_at = excluded.finished_at,
        status = excluded.status,
        error = case
          when excluded.error = 'superseded' and request_attempt.finished_at is not null
            and request_attempt.error is null then null
          else excluded.error end,
        input_tokens = excluded.input_tokens,
        output_tokens = excluded.output_tokens,
        cached_tokens = excluded.cached_tokens,
        reasoning_tokens = excluded.reasoning_tokens
      """;

  static void save(Connection connection, List<CallRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
      Column.bind(statement, COLUMNS, rows);
      var _ = statement.executeUpdate();
    }
  }
}
