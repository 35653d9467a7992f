package dev.sluice.store;

import static dev.sluice.store.TestingQueue.MODEL;
import static dev.sluice.store.TestingQueue.RUN;
import static dev.sluice.store.TestingQueue.attempt;
import static dev.sluice.store.TestingQueue.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Held;
import dev.sluice.store.ClaimStatements.Share;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// How PostgreSQL works on a long queue: a hundred thousand rows, a million in the long build.
///
/// Each statement is planned in both ways, for these values and for any.
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // One long queue for both.
final class ClaimPlansTest {

  private static final int SCALE = Integer.getInteger("sluice.test.scale", 1);
  private static final int ROWS = SCALE > 1 ? 1_000_000 : 100_000;
  private static final int ACCOUNTS = 50;
  private static final int SET = 100;
  private static final List<String> MODES = List.of("force_custom_plan", "force_generic_plan");

  private StoreFixture fixture;
  private TestingQueue queue;

  @BeforeAll
  void fillTheQueue() {
    fixture = StoreFixture.create();
    queue = new TestingQueue(fixture);
    fixture.execute(
        """
        insert into account (id, name, status, created_at)
        select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 't', 'active', now()
        from generate_series(1, %d) as n
        """
            .formatted(ACCOUNTS));
    // Of each four rows two are fresh, one was put back and is due, and one is not due yet.
    fixture.execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at, tier_class, deadline, not_before, attempt)
        select (lpad(to_hex(x'1a000000000'::bigint + n), 12, '0') || '70008000000000000000')::uuid,
          ('00000000-0000-7000-9000-' || lpad(to_hex(1 + n / 4 %% %d), 12, '0'))::uuid, 'k', '',
          '/v1/responses', 'm', 'flex', false, false, true, 'daemon', 'pending', now(), 1,
          now() + interval '1 hour' + n * interval '1 millisecond',
          case n %% 4 when 0 then now() - interval '1 minute' when 1 then now() + interval '1 hour'
            end,
          case when n %% 4 < 2 then 1 else 0 end
        from generate_series(1, %d) as n
        """
            .formatted(ACCOUNTS, ROWS));
    fixture.execute(
        """
        insert into request_body (request_id, account_id, bytes, encoding, content_type, length,
          sha256)
        select id, account_id, '\\x00', 'identity', 'application/json', 1, repeat('0', 64)
        from request
        where account_id < '00000000-0000-7000-9000-000000000006'
        """);
    fixture.execute(
        """
        insert into request_attempt (request_id, attempt_id, account_id, attempt, upstream,
          started_at)
        select id, id, account_id, 1, 'one', now()
        from request
        """);
    for (String table : List.of("request", "request_body", "request_attempt")) {
      fixture.execute("vacuum analyze " + table);
    }
  }

  /// Nothing that another test took is in the way.
  @BeforeEach
  void cleanUp() {
    fixture.execute("vacuum (index_cleanup on) request");
  }

  @AfterAll
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void aClaimReadsWhatItTakesAndOneRowOfEachAccount() throws SQLException {
    for (String mode : MODES) {
      Plan lanes = explain(mode, ClaimStatements.FIND_LANES, model(), model());
      Plan taken = explain(mode, ClaimStatements.TAKE, claimOf(200));
      Plan held = explain(mode, ClaimStatements.COUNT_HELD, model());

      assertThat(lanes.sequentialScans()).as(mode).isEmpty();
      assertThat(taken.sequentialScans()).as(mode).isEmpty();
      assertThat(held.sequentialScans()).as(mode).isEmpty();
      // Fresh rows and rows that were put back are found in two indexes.
      assertThat(lanes.buffers()).as(mode).isLessThanOrEqualTo(5 * 2 * (ACCOUNTS + 1));
      assertThat(taken.bufferOf("Tid Scan"))
          .as("%s: to find and to lock", mode)
          .isLessThanOrEqualTo(12 * 200 + 4 * ACCOUNTS);
      // And to write: a row that moves gets a new place, and an entry in each of three indexes,
      // two of which then look whether the old place is the same row.
      assertThat(taken.buffers()).as(mode).isLessThanOrEqualTo(24 * 200);
    }
  }

  @Test
  void everyStatementFindsItsRowsByIndexes() throws SQLException {
    List<Claimed> claimed = queue.claim(wanted(SET)).claimed();
    List<Held> held = List.copyOf(claimed);
    for (String mode : MODES) {
      check(mode, DueStatement.IS_ANYTHING_DUE, model(), model());
      check(
          mode, PostgresBacklog.EARLIEST, model(), model(), new Bound("double precision", "1200"));
      check(mode, HeldStatements.RELEASE, bound(HeldStatements.FENCE, held));
      check(
          mode,
          HeldStatements.EXTEND,
          bound(HeldStatements.FENCE, held, new Bound("double precision", "30")));
      check(mode, HeldStatements.CHECK, bound(HeldStatements.FENCE, held));
      check(mode, StartStatements.START, bound(HeldStatements.FENCE, held));
      check(mode, StartStatements.READ_BODIES, ids(held));
    }
    List<Dispatched> started = queue.start(claimed).stream().map(Work::request).toList();
    for (String mode : MODES) {
      List<Ended> ended =
          started.stream()
              .<Ended>map(one ->
                  new Ended.Finish(
                      one,
                      one.complete(200, false, null, Instant.EPOCH),
                      attempt(Instant.EPOCH, 200, null),
                      null))
              .toList();
      check(
          mode,
          EndStatements.END,
          bound(EndRow.COLUMNS, ended.stream().flatMap(EndRow::of).toList()));
      check(mode, EndStatements.ADD_COST, bound(EndStatements.COST_COLUMNS, ended));
      check(
          mode,
          CallRow.SAVE,
          bound(
              CallRow.COLUMNS,
              ended.stream().map(one -> CallRow.ended(one.from(), one.attempt())).toList()));
      check(
          mode,
          EndStatements.END_ATTEMPTS,
          bound(HeldStatements.FENCE, List.<Held>copyOf(started), new Bound("text", "drained")));
    }
  }

  /// Somebody has looked at the table and is not done, so that nothing of what was taken since can
  /// be cleaned up.
  @Test
  void whatWasTakenAndCannotBeCleanedUpIsNotMetAgainByWhatTakes() throws SQLException {
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      var _ = statement.execute("set transaction isolation level repeatable read");
      var _ = statement.execute("select count(*) from account");
      fixture.execute(
          """
          update request set state = 'canceled', finished_at = now()
          where id in (
            select id from request where state = 'pending' and not_before is null
            order by deadline limit %d)
          """
              .formatted(ROWS / 10));

      Plan taken = explain("force_custom_plan", ClaimStatements.TAKE, claimOf(200));

      assertThat(taken.sequentialScans()).isEmpty();
      assertThat(taken.bufferOf("Tid Scan")).isLessThanOrEqualTo(12 * 200 + 4 * ACCOUNTS);
      other.rollback();
    }
  }

  private void check(String mode, String sql, Bound... parameters) throws SQLException {
    Plan plan = explain(mode, sql, parameters);

    assertThat(plan.sequentialScans()).as(mode + ": " + sql).isEmpty();
    assertThat(plan.buffers()).as(mode + ": " + sql).isLessThanOrEqualTo(30 * SET);
  }

  private static Bound model() {
    return new Bound("text[]", "{" + MODEL + "}");
  }

  private static Bound ids(List<Held> held) {
    return new Bound(
        "uuid[]",
        held.stream()
            .map(one -> one.data().id().uuid().toString())
            .collect(Collectors.joining(",", "{", "}")));
  }

  private Bound[] claimOf(int rows) {
    List<String> models = List.of(MODEL);
    List<Lane> lanes =
        fixture
            .transactions()
            .read(connection -> ClaimStatements.findLanes(connection, models, models, Map.of()));
    assertThat(lanes).hasSize(ACCOUNTS);
    return bound(
        ClaimStatements.SHARE_COLUMNS,
        lanes.stream().map(lane -> new Share(lane, rows / ACCOUNTS, 1)).toList(),
        new Bound("uuid", RUN.toString()),
        new Bound("double precision", "30"));
  }

  /// A parameter as the text that PostgreSQL reads.
  private record Bound(String type, String text) {}

  private static <T> Bound[] bound(List<Column<T>> columns, List<T> rows, Bound... more) {
    List<Bound> all = new ArrayList<>();
    for (Column<T> column : columns) {
      all.add(
          new Bound(
              column.sqlType() + "[]",
              rows.stream()
                  .map(row -> text(column.value().apply(row)))
                  .collect(Collectors.joining(",", "{", "}"))));
    }
    all.addAll(List.of(more));
    return all.toArray(Bound[]::new);
  }

  private static String text(@Nullable Object value) {
    return value == null ? "null" : '"' + value.toString() + '"';
  }

  private record Plan(StoreFixture fixture, String json) {

    long buffers() {
      return sum("$[0].Plan");
    }

    /// Of the first node of this type, with all below it.
    long bufferOf(String type) {
      return sum("$.** ? (@.\"Node Type\" == \"%s\")".formatted(type));
    }

    private long sum(String node) {
      return Long.parseLong(
          fixture
              .query(
                  """
                  select (p ->> 'Shared Hit Blocks')::bigint + (p ->> 'Shared Read Blocks')::bigint
                  from jsonb_path_query($json$%s$json$::jsonb, 'strict %s') as p
                  """
                      .formatted(json, node))
              .getFirst());
    }

    /// The tables that are read from one end to the other.
    List<String> sequentialScans() {
      return fixture.query(
          """
          select distinct p ->> 'Relation Name'
          from jsonb_path_query($json$%s$json$::jsonb,
            'strict $.** ? (@."Node Type" == "Seq Scan")') as p
          """
              .formatted(json));
    }
  }

  private Plan explain(String mode, String sql, Bound... parameters) throws SQLException {
    String numbered = sql;
    for (int i = 1; i <= parameters.length; i++) {
      numbered = numbered.replaceFirst("\\?", "\\$" + i);
    }
    String types = List.of(parameters).stream().map(Bound::type).collect(Collectors.joining(", "));
    String values =
        List.of(parameters).stream()
            .map(bound -> "$v$" + bound.text() + "$v$")
            .collect(Collectors.joining(", "));
    try (Connection connection = fixture.database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      var _ = statement.execute("set local plan_cache_mode = " + mode);
      var _ = statement.execute("prepare tried (%s) as %s".formatted(types, numbered));
      try (var rows =
          statement.executeQuery(
              "explain (analyze, buffers, format json) execute tried (%s)".formatted(values))) {
        assertThat(rows.next()).isTrue();
        return new Plan(fixture, rows.getString(1));
      } finally {
        connection.rollback();
      }
    }
  }
}
