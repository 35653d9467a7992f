package dev.sluice.store;

import static dev.sluice.store.Records.LATER;
import static dev.sluice.store.Records.deliveries;
import static dev.sluice.store.Records.finished;
import static dev.sluice.store.Records.head;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.Records.started;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.StoreFixture.OTHER_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ResponseId;
import dev.sluice.request.Retention;
import dev.sluice.request.Retention.Expired;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The ids of these tests are years old; only what the rows say is young.
final class PostgresRetentionTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TIME = Duration.ofSeconds(4);

  private StoreFixture fixture;
  private Retention retention;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
    retention = fixture.retention();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void aTurnIsTakenOnceWithinItsTime() {
    assertThat(retention.takeTurn(HOUR)).isTrue();
    assertThat(retention.takeTurn(HOUR)).isFalse();

    fixture.execute("update daemon_turn set taken_at = now() - interval '59 minutes'");
    assertThat(retention.takeTurn(HOUR)).isFalse();
    fixture.execute("update daemon_turn set taken_at = now() - interval '61 minutes'");
    assertThat(retention.takeTurn(HOUR)).isTrue();
    assertThat(retention.takeTurn(HOUR)).isFalse();
  }

  @Test
  void ofRunsAtTheSameTimeOneTakesTheTurn() throws Exception {
    CyclicBarrier together = new CyclicBarrier(4);
    List<Future<List<Boolean>>> runs = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int run = 0; run < 4; run++) {
        runs.add(
            threads.submit(() -> {
              List<Boolean> taken = new ArrayList<>();
              for (int round = 0; round < 20; round++) {
                if (together.await() == 0) {
                  fixture.execute("update daemon_turn set taken_at = now() - interval '2 hours'");
                }
                var _ = together.await();
                taken.add(retention.takeTurn(HOUR));
              }
              return taken;
            }));
      }
    }

    for (int round = 0; round < 20; round++) {
      List<Boolean> taken = new ArrayList<>();
      for (Future<List<Boolean>> run : runs) {
        taken.add(run.get().get(round));
      }
      assertThat(Collections.frequency(taken, true)).as("round %d", round).isEqualTo(1);
    }
  }

  @Test
  void whatIsOlderThanItsAccountKeepsItIsExpired() {
    keeps(ACCOUNT, "60");
    finish(1, 2);
    age(1, "61 seconds");
    age(2, "50 seconds");

    assertThat(retention.expired(10, TIME))
        .containsExactly(new Expired(ACCOUNT, id(1), Records.STARTED));
    assertThat(fixture.requests().delete(ACCOUNT, id(1))).isTrue();
    assertThat(retention.expired(10, TIME)).isEmpty();
  }

  @Test
  void anAccountWithoutATimeKeepsEverythingAndALongOneIsNoFault() {
    finish(1);
    age(1, "10 years");

    assertThat(retention.expired(10, TIME)).isEmpty();
    for (String seconds : List.of("1499999999", "1500000000", Long.toString(Long.MAX_VALUE))) {
      keeps(ACCOUNT, seconds);
      assertThat(retention.expired(10, TIME)).as(seconds).isEmpty();
    }
  }

  @Test
  void whatHasNotEndedOrIsNotVisibleIsLeftAlone() {
    keeps(ACCOUNT, "60");
    finish(1, 2, 3);
    var _ = fixture.completions().persist(deliveries(List.of(started(id(4)))), LATER);
    new QueuedRows(fixture).pending(id(5), "null");
    fixture.execute("update request set recorded_at = now() - interval '1 hour'");
    fixture.execute("update request set store = false where id = '%s'".formatted(id(1).uuid()));
    fixture.execute(
        "update request set deleted_at = now() where id = '%s'".formatted(id(2).uuid()));

    assertThat(ids(retention.expired(10, TIME))).containsExactly(id(3));
  }

  @Test
  void aQueuedRequestAgesFromItsEnd() {
    keeps(ACCOUNT, "60");
    QueuedRows rows = new QueuedRows(fixture);
    rows.completed(id(1));
    rows.completed(id(2));
    fixture.execute("update request set recorded_at = now() - interval '1 hour'");
    fixture.execute(
        "update request set finished_at = now() - interval '61 seconds' where id = '%s'"
            .formatted(id(1).uuid()));

    assertThat(ids(retention.expired(10, TIME))).containsExactly(id(1));
  }

  @Test
  void aGatewayWhoseClockIsBehindLosesNothingTooSoon() {
    keeps(ACCOUNT, "60");
    finish(1);

    assertThat(retention.expired(10, TIME)).as("old by its id only").isEmpty();
  }

  @Test
  void pagesTakeTheOldestOfEachAccount() {
    keeps(ACCOUNT, "60");
    keeps(OTHER_ACCOUNT, "60");
    finish(3, 1, 2);
    var _ =
        fixture
            .completions()
            .persist(deliveries(List.of(finished(head(id(4), OTHER_ACCOUNT)))), LATER);
    fixture.execute("update request set recorded_at = now() - interval '1 hour'");

    assertThat(ids(retention.expired(2, TIME))).containsExactly(id(1), id(2));
    assertThat(ids(retention.expired(10, TIME))).containsExactly(id(1), id(2), id(3), id(4));
  }

  /// An account keeps 50,000 answers, of which a few are over; another has 50,000 that are.
  @Test
  void thePageReadsOnlyWhatItGives() throws SQLException {
    keeps(ACCOUNT, "86400");
    keeps(OTHER_ACCOUNT, "86400");
    fixture.execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, outcome, response_status, created_at, recorded_at,
          started_at, finished_at)
        select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
            || lpad(to_hex(n), 3, '0') || '80' || lpad(to_hex(n), 14, '0'))::uuid,
          case when n %% 2 = 0 then '%s'::uuid else '%s'::uuid end,
          'k', '', '/v1/chat/completions', 'm', 'default', false, false, true, 'gateway',
          'completed', 'completed', 200, at, at, at, at
        from (
          select n, case when n %% 2 = 0 and n > 40 then now() - interval '1 hour'
            else now() - interval '2 days' end + n * interval '1 millisecond' as at
          from generate_series(1, 100000) as n) made
        """
            .formatted(ACCOUNT, OTHER_ACCOUNT));
    fixture.execute("vacuum analyze request, account");

    for (String mode : List.of("force_custom_plan", "force_generic_plan")) {
      List<String> plan = plan(mode, 100);

      assertThat(plan)
          .as(mode)
          .anyMatch(line -> line.contains("Index Scan using request_kept on request"))
          .noneMatch(line -> line.contains("Seq Scan on request"))
          .noneMatch(line -> line.contains("Rows Removed by Filter"));
      assertThat(plan.getFirst()).as(mode).contains("rows=100");
      assertThat(buffers(plan)).as(mode + plan).isLessThan(200);
    }
  }

  private List<String> plan(String mode, int limit) throws SQLException {
    String sql = PostgresRetention.EXPIRED.replaceFirst("\\?", "\\$1").replaceFirst("\\?", "\\$2");
    try (Connection connection = fixture.database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("set plan_cache_mode = " + mode);
      statement.execute("prepare expired (bigint, bigint) as " + sql);
      List<String> plan = new ArrayList<>();
      try (var rows =
          statement.executeQuery(
              "explain (analyze, buffers, timing off) execute expired (%d, %d)"
                  .formatted(limit, limit))) {
        while (rows.next()) {
          plan.add(rows.getString(1));
        }
      }
      return plan;
    }
  }

  /// Of the first node, which counts those of all others.
  private static int buffers(List<String> plan) {
    String line = plan.stream().filter(text -> text.contains("Buffers:")).findFirst().orElseThrow();
    return Integer.parseInt(line.replaceFirst(".*shared hit=(\\d+).*", "$1"));
  }

  private static List<ResponseId> ids(List<Expired> expired) {
    return expired.stream().map(Expired::id).toList();
  }

  private void finish(long... numbers) {
    for (long number : numbers) {
      var _ = fixture.completions().persist(deliveries(List.of(finished(id(number)))), LATER);
    }
  }

  private void keeps(UUID account, String seconds) {
    fixture.execute(
        "update account set retention_seconds = %s where id = '%s'".formatted(seconds, account));
  }

  private void age(long number, String interval) {
    fixture.execute(
        "update request set recorded_at = now() - interval '%s' where id = '%s'"
            .formatted(interval, id(number).uuid()));
  }
}
