package dev.sluice.store;

import static dev.sluice.store.QueuedRows.token;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ClaimStore.Page;
import dev.sluice.request.FailureReason.DeadlineExceeded;
import dev.sluice.request.FailureReason.WorkerLost;
import dev.sluice.request.Request;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OverdueStatementsTest {

  private static final String PASSED = "now() - interval '1 second'";
  private static final String LATER = "now() + interval '1 minute'";

  private StoreFixture fixture;
  private QueuedRows rows;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
    rows = new QueuedRows(fixture);
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void aPendingRowPastItsDeadlineFailsAndSaysWhy() {
    rows.pending(id(1), PASSED);
    rows.pending(id(2), LATER);
    rows.pending(id(3), "null");

    Page page = expire(10);

    assertThat(page.ended()).containsExactly(id(1));
    assertThat(page.requeued()).isEmpty();
    assertThat(fixture.requests().find(ACCOUNT, id(1)))
        .get()
        .isInstanceOfSatisfying(
            Request.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(new DeadlineExceeded());
              assertThat(failed.status()).isNull();
              assertThat(failed.finishedAt()).isEqualTo(page.now());
            });
    assertThat(states()).containsExactly("failed", "pending", "pending");
  }

  @Test
  void aRowThatARunHoldsDoesNotExpire() {
    rows.claimed(id(1), LATER);
    rows.dispatched(id(2), LATER);
    rows.completed(id(3));
    fixture.execute("update request set deadline = now() - interval '1 minute'");

    assertThat(expire(10).ended()).isEmpty();
    assertThat(states()).containsExactly("claimed", "processing", "completed");
  }

  @Test
  void pagesOfExpiryTakeTheEarliestDeadlineFirst() {
    for (int number = 1; number <= 5; number++) {
      rows.pending(id(number), "now() - interval '%d minutes'".formatted(number));
    }

    assertThat(expire(2).ended()).containsExactly(id(4), id(5));
    assertThat(expire(2).ended()).containsExactly(id(2), id(3));
    assertThat(expire(2).ended()).containsExactly(id(1));
    assertThat(expire(2).size()).isZero();
  }

  @Test
  void aRowWhoseLeaseIsOverIsPendingAgainAndItsAttemptIsLost() {
    rows.claimed(id(1), PASSED);
    rows.dispatched(id(2), PASSED);
    rows.claimed(id(3), LATER);
    rows.dispatched(id(4), LATER);

    Page page = rescue(10, 3);

    assertThat(page.requeued()).containsExactly(id(1), id(2));
    assertThat(page.ended()).isEmpty();
    assertThat(states()).containsExactly("pending", "pending", "claimed", "processing");
    assertThat(
            fixture.query(
                """
                select attempt, crashes, not_before, finished_at, failure, daemon_id, claim_token,
                  lease_until
                from request where state = 'pending'
                """))
        .containsExactly("1|1|-|-|-|-|-|-", "1|1|-|-|-|-|-|-");
    assertThat(fixture.requests().attempts(ACCOUNT, id(2)))
        .singleElement()
        .satisfies(attempt -> {
          assertThat(attempt.error()).isEqualTo("worker_lost");
          assertThat(attempt.finishedAt()).isEqualTo(page.now());
        });
    assertThat(fixture.requests().attempts(ACCOUNT, id(4)))
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.finishedAt()).isNull());
  }

  /// One request that kills its worker does not take the same others with it three times.
  @Test
  void rowsThatCrashAgainAreNotDueTogether() {
    for (int number = 1; number <= 20; number++) {
      rows.dispatched(id(number), PASSED);
    }
    fixture.execute("update request set crashes = 1");

    assertThat(rescue(100, 3).requeued()).hasSize(20);

    assertThat(
            fixture.query(
                """
                select bool_and(not_before between finished and finished + interval '20 seconds'),
                  count(distinct not_before) > 10,
                  max(not_before) - min(not_before) > interval '2 seconds'
                from request cross join (
                  select max(finished_at) as finished from request_attempt) rescue
                """))
        .containsExactly("t|t|t");
  }

  @Test
  void theLastCrashOfARequestFailsIt() {
    for (int number = 1; number <= 3; number++) {
      rows.dispatched(id(number), PASSED);
      fixture.execute(
          "update request set crashes = %d where id = '%s'"
              .formatted(number - 1, id(number).uuid()));
    }

    Page page = rescue(10, 3);

    assertThat(page.requeued()).containsExactly(id(1), id(2));
    assertThat(page.ended()).containsExactly(id(3));
    assertThat(fixture.query("select crashes from request order by id"))
        .containsExactly("1", "2", "3");
    assertThat(fixture.requests().find(ACCOUNT, id(3)))
        .get()
        .isInstanceOfSatisfying(
            Request.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(new WorkerLost());
              assertThat(failed.finishedAt()).isEqualTo(page.now());
            });
  }

  @Test
  void attemptsThatEndedOrAreNotOfTheLostClaimStayAsTheyAre() {
    rows.claimed(id(1), PASSED);
    rows.attempt(id(1), new UUID(0, 5), "'2026-01-01T00:00:00Z'");
    rows.attempt(id(1), new UUID(0, 6), "null");
    rows.attempt(id(1), token(id(1)), "'2026-01-02T00:00:00Z'");
    List<String> before = attempts();

    assertThat(rescue(10, 3).requeued()).containsExactly(id(1));
    assertThat(attempts()).isEqualTo(before);
  }

  @Test
  void whatSomebodyElseIsMovingIsLeftToALaterPage() throws SQLException {
    rows.pending(id(1), PASSED);
    rows.pending(id(2), PASSED);
    rows.dispatched(id(3), PASSED);
    rows.dispatched(id(4), PASSED);
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      assertThat(
              statement.executeUpdate(
                  """
                  update request set state = 'canceled', finished_at = now(), daemon_id = null,
                    claim_token = null, lease_until = null
                  where id in ('%s', '%s')
                  """
                      .formatted(id(1).uuid(), id(3).uuid())))
          .isEqualTo(2);

      assertThat(expire(10).ended()).containsExactly(id(2));
      assertThat(rescue(10, 3).requeued()).containsExactly(id(4));
      other.commit();
    }

    assertThat(expire(10).size()).isZero();
    assertThat(rescue(10, 3).size()).isZero();
    assertThat(states()).containsExactly("canceled", "failed", "canceled", "pending");
  }

  @Test
  void gatewaysRowsHaveNoLease() {
    var _ =
        fixture
            .completions()
            .persist(Records.deliveries(List.of(Records.started(id(1)))), Records.LATER);

    assertThat(rescue(10, 3).size()).isZero();
    assertThat(states()).containsExactly("processing");
  }

  /// Both ways in which PostgreSQL may plan them: for these values, and for any.
  @Test
  void thePlansReadIndexesOnlyAmongAHundredThousandRows() throws SQLException {
    fixture.execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at, started_at, tier_class, attempt, deadline,
          daemon_id, claim_token, lease_until)
        select ('01900' || lpad(to_hex(n), 7, '0') || '-7000-8000-000000000000')::uuid, '%s',
          'k', '', '/v1/responses', 'm', 'flex', false, false, true, 'daemon',
          case when n <= 1000 then 'processing' else 'pending' end, now(), now(), 1, 1,
          now() + (n - 50000) * interval '1 second',
          case when n <= 1000 then gen_random_uuid() end,
          case when n <= 1000 then gen_random_uuid() end,
          case when n <= 1000 then now() + (n - 500) * interval '1 second' end
        from generate_series(1, 100000) as n
        """
            .formatted(ACCOUNT));
    fixture.execute(
        """
        insert into request_attempt (request_id, attempt_id, account_id, attempt, upstream,
          started_at)
        select id, coalesce(claim_token, id), account_id, 1, 'one', now() from request
        """);
    fixture.execute("vacuum analyze request, request_attempt");

    for (String mode : List.of("force_custom_plan", "force_generic_plan")) {
      assertThat(plan(mode, OverdueStatements.EXPIRE, "bigint, text, text", "500, '{}', 'x'"))
          .as(mode)
          .contains("\"Index Name\": \"request_expiring\"")
          .doesNotContain("Seq Scan");
      assertThat(
              plan(
                  mode,
                  OverdueStatements.RESCUE,
                  "bigint, text, integer, integer, integer, text, integer, text",
                  "500, 'x', 3, 3, 3, '{}', 3, 'x'"))
          .as(mode)
          .contains("\"Index Name\": \"request_held\"")
          .contains("\"Index Name\": \"request_attempt_pkey\"")
          .doesNotContain("Seq Scan");
    }
  }

  private String plan(String mode, String sql, String types, String values) throws SQLException {
    String numbered = sql;
    for (int bind = 1; numbered.contains("?"); bind++) {
      numbered = numbered.replaceFirst("\\?", "\\$" + bind);
    }
    try (Connection connection = fixture.database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("set plan_cache_mode = " + mode);
      statement.execute("prepare planned (" + types + ") as " + numbered);
      try (var plan =
          statement.executeQuery("explain (format json) execute planned (" + values + ")")) {
        assertThat(plan.next()).isTrue();
        return plan.getString(1);
      }
    }
  }

  private Page expire(int limit) {
    return fixture.transactions().write(connection -> OverdueStatements.expire(connection, limit));
  }

  private Page rescue(int limit, int maxCrashes) {
    return fixture
        .transactions()
        .write(connection -> OverdueStatements.rescue(connection, limit, maxCrashes));
  }

  private List<String> states() {
    return fixture.query("select state from request order by id");
  }

  private List<String> attempts() {
    return fixture.query("select to_jsonb(a) from request_attempt a order by attempt_id");
  }
}
