package dev.sluice.store;

import dev.sluice.request.ClaimStore.AttemptEnd;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Ended.Finish;
import dev.sluice.request.ClaimStore.Ended.Lost;
import dev.sluice.request.ClaimStore.Ended.Retry;
import dev.sluice.request.ClaimStore.Move;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Held;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Usage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The statements that end calls.
final class EndStatements {

  /// The label of an attempt whose run gave the request back.
  private static final String DRAINED = "drained";

  /// The label of an attempt whose answer came when its request was somebody else's, or had ended.
  private static final String SUPERSEDED = "superseded";

  private EndStatements() {}

  static Moved end(Connection connection, List<Ended> ended) throws SQLException {
    Rows rows = move(connection, ended.stream().flatMap(EndRow::of).toList());
    List<BodyRow> bodies = new ArrayList<>();
    List<Ended> stale = new ArrayList<>();
    Map<ResponseId, Move> moves = new HashMap<>();
    for (Ended one : ended) {
      ResponseId id = one.from().data().id();
      Boolean keepsBody = rows.moved().get(id);
      if (keepsBody == null) {
        stale.add(one);
      } else if (keepsBody) {
        body(one).ifPresent(bodies::add);
      }
      moves.put(id, keepsBody == null ? Move.STALE : Move.SAVED);
    }
    addCost(connection, stale);
    CallRow.save(
        connection,
        ended.stream()
            .map(one ->
                CallRow.ended(
                    one.from(),
                    moves.get(one.from().data().id()) == Move.STALE
                        ? superseded(one.attempt())
                        : one.attempt()))
            .toList());
    BodyRow.insert(connection, BodyRow.INSERT_RESPONSE_BODIES, bodies);
    return new Moved(moves, rows.now());
  }

  /// A call that succeeded for nobody is not told as if it were the answer.
  private static AttemptEnd superseded(AttemptEnd attempt) {
    return attempt.error() != null
        ? attempt
        : new AttemptEnd(
            attempt.upstream(),
            attempt.upstreamModel(),
            attempt.finishedAt(),
            attempt.status(),
            attempt.usage(),
            SUPERSEDED);
  }

  private static Optional<BodyRow> body(Ended ended) {
    return switch (ended) {
      case Finish finish when finish.response() != null ->
          Optional.of(
              new BodyRow(
                  finish.from().data().id(), finish.from().data().accountId(), finish.response()));
      case Finish _, Retry _, Lost _ -> Optional.empty();
    };
  }

  /// Gives back what runs, due as it was.
  ///
  /// @param attempts how the calls stood; of those that are missing only the end is told
  static Moved drain(
      Connection connection, List<Dispatched> held, Map<ResponseId, AttemptEnd> attempts)
      throws SQLException {
    Rows rows = move(connection, held.stream().map(one -> new EndRow(one, null, null)).toList());
    Map<ResponseId, Move> moves = new HashMap<>();
    List<CallRow> calls = new ArrayList<>();
    List<Held> unknown = new ArrayList<>();
    for (Dispatched one : held) {
      ResponseId id = one.data().id();
      moves.put(id, rows.moved().containsKey(id) ? Move.SAVED : Move.STALE);
      AttemptEnd attempt = attempts.get(id);
      if (attempt == null) {
        unknown.add(one);
      } else {
        calls.add(CallRow.ended(one, drained(attempt)));
      }
    }
    CallRow.save(connection, calls);
    endAttempts(connection, unknown);
    return new Moved(moves, rows.now());
  }

  private static AttemptEnd drained(AttemptEnd attempt) {
    return new AttemptEnd(
        attempt.upstream(),
        attempt.upstreamModel(),
        attempt.finishedAt(),
        attempt.status(),
        attempt.usage(),
        DRAINED);
  }

  static final String END_ATTEMPTS =
      """
      with ended as materialized (
        select e.id, e.claim_token
        from unnest(?, ?, ?) as e (id, attempt, claim_token)
      ), locked as materialized (
        select a.request_id, a.attempt_id
        from ended e
        join request_attempt a on a.request_id = e.id and a.attempt_id = e.claim_token
        where a.finished_at is null
        order by a.request_id, a.attempt_id
        for update of a
      )
      update request_attempt
      set finished_at = statement_timestamp(), error = ?
      where request_id = any (array(select request_id from locked))
        and attempt_id = any (array(select attempt_id from locked))
        and finished_at is null
      """;

  private static void endAttempts(Connection connection, List<Held> held) throws SQLException {
    if (held.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(END_ATTEMPTS)) {
      Column.bind(statement, HeldStatements.FENCE, held);
      statement.setString(4, DRAINED);
      var _ = statement.executeUpdate();
    }
  }

  /// @param moved the rows that were moved, and whether each keeps a body
  private record Rows(Map<ResponseId, Boolean> moved, Instant now) {}

  /// Answers a row without an id when nothing has moved, for the time. A row that goes back is due
  /// as it was when it is not said when.
  static final String END =
      """
      with ended as materialized (
        select e.id, e.attempt, e.claim_token, e.state, e.outcome, e.not_before, e.finished_at,
          e.response_status, e.failure, e.failure_label, e.time_to_first_byte_ms, e.input_tokens,
          e.output_tokens, e.cached_tokens, e.reasoning_tokens
        from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          as e (id, attempt, claim_token, state, outcome, not_before, finished_at, response_status,
            failure, failure_label, time_to_first_byte_ms, input_tokens, output_tokens,
            cached_tokens, reasoning_tokens)
      ), locked as materialized (
        select r.id
        from ended e
        join request r on r.id = e.id
        where r.lane = 'daemon' and r.state = 'processing'
          and r.attempt = e.attempt and r.claim_token = e.claim_token
        order by r.id
        for update of r
      ), moved as (
        update request r
        set state = e.state,
          outcome = e.outcome,
          not_before = coalesce(e.not_before, r.not_before),
          finished_at = e.finished_at,
          response_status = e.response_status,
          failure = e.failure::json,
          failure_label = e.failure_label,
          time_to_first_byte_ms = e.time_to_first_byte_ms,
          input_tokens = e.input_tokens,
          output_tokens = e.output_tokens,
          cached_tokens = e.cached_tokens,
          reasoning_tokens = e.reasoning_tokens,
          daemon_id = null, claim_token = null, lease_until = null
        from ended e
        where r.id = e.id and r.id = any (array(select id from locked))
          and r.lane = 'daemon' and r.state = 'processing'
        returning r.id, r.store and r.deleted_at is null as keeps_body
      )
      select statement_timestamp() as now, m.id, m.keeps_body
      from (values (1)) as one (row)
      left join moved m on true
      """;

  private static Rows move(Connection connection, List<EndRow> ended) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(END)) {
      Column.bind(statement, EndRow.COLUMNS, ended);
      Map<ResponseId, Boolean> moved = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        Instant now = Instant.MIN;
        while (rows.next()) {
          now = RequestRows.instant(rows, "now");
          @Nullable UUID id = rows.getObject("id", UUID.class);
          if (id != null) {
            moved.put(new ResponseId(id), rows.getBoolean("keeps_body"));
          }
        }
        return new Rows(moved, now);
      }
    }
  }

  static final List<Column<Ended>> COST_COLUMNS =
      List.of(
          new Column<>("uuid", ended -> ended.from().data().id().uuid()),
          new Column<>("integer", ended -> ended.from().schedule().attempt()),
          new Column<>("bigint", used(Usage::inputTokens)),
          new Column<>("bigint", used(Usage::outputTokens)),
          new Column<>("bigint", used(Usage::cachedTokens)),
          new Column<>("bigint", used(Usage::reasoningTokens)));

  private static Function<Ended, @Nullable Object> used(Function<Usage, Object> value) {
    return ended -> {
      Usage usage = ended.attempt().usage();
      return usage == null ? null : value.apply(usage);
    };
  }

  /// A request that was canceled in this attempt cost what its aborted call cost.
  static final String ADD_COST =
      """
      with spent as materialized (
        select s.id, s.attempt, s.input_tokens, s.output_tokens, s.cached_tokens, s.reasoning_tokens
        from unnest(?, ?, ?, ?, ?, ?)
          as s (id, attempt, input_tokens, output_tokens, cached_tokens, reasoning_tokens)
      ), locked as materialized (
        select r.id
        from spent s
        join request r on r.id = s.id
        where r.lane = 'daemon' and r.state = 'canceled' and r.attempt = s.attempt
          and r.input_tokens is null
        order by r.id
        for update of r
      )
      update request r
      set input_tokens = s.input_tokens,
        output_tokens = s.output_tokens,
        cached_tokens = s.cached_tokens,
        reasoning_tokens = s.reasoning_tokens
      from spent s
      where r.id = s.id and r.id = any (array(select id from locked)) and r.state = 'canceled'
      """;

  private static void addCost(Connection connection, List<Ended> stale) throws SQLException {
    List<Ended> spent = stale.stream().filter(one -> one.attempt().usage() != null).toList();
    if (spent.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD_COST)) {
      Column.bind(statement, COST_COLUMNS, spent);
      var _ = statement.executeUpdate();
    }
  }
}
