package dev.sluice.store;

import static dev.sluice.store.Records.LATER;
import static dev.sluice.store.Records.deliveries;
import static dev.sluice.store.Records.finished;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.Records.started;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.FailureReason;
import dev.sluice.request.LostGateways;
import dev.sluice.request.LostGateways.Page;
import dev.sluice.request.Request;
import dev.sluice.request.ResponseId;
import dev.sluice.telemetry.Metric;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresLostGatewaysTest {

  private static final Duration AGE = Duration.ofMinutes(20);
  private static final Duration TIME = Duration.ofSeconds(4);

  private StoreFixture fixture;
  private LostGateways gateways;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
    gateways = fixture.lostGateways();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void aRowThatIsOldEnoughFailsAsGatewayLostByTheClockOfTheDatabase() {
    store(1);
    age(1, "20 minutes 1 second");

    Page.Ended page = rescue(10);

    assertThat(page.lost()).containsExactly(id(1));
    assertThat(
            fixture.query(
                "select state, failure_label, failure, response_status, finished_at = '%s' from request"
                    .formatted(page.now())))
        .containsExactly("failed|gateway_lost|{\"type\":\"gateway_lost\"}|-|t");
    assertThat(fixture.requests().find(StoreFixture.ACCOUNT, id(1)))
        .get()
        .isInstanceOfSatisfying(
            Request.Failed.class,
            failed -> assertThat(failed.reason()).isEqualTo(new FailureReason.GatewayLost()));
  }

  @Test
  void aRowBelowTheAgeIsLeftAloneHoweverOldItsGatewaySaysItIs() {
    store(1);
    age(1, "19 minutes 50 seconds");
    fixture.execute("update request set created_at = 'epoch', started_at = 'epoch'");

    assertThat(rescue(10).lost()).isEmpty();
    assertThat(fixture.query("select state from request")).containsExactly("processing");
  }

  @Test
  void otherLanesAndOtherStatesAreLeftAlone() {
    store(1, 2, 3, 4);
    fixture.completions().persist(deliveries(List.of(finished(id(2)))), LATER);
    fixture.execute(
        """
        update request set lane = 'daemon', tier_class = 1, daemon_id = id, claim_token = id,
          lease_until = now() - interval '1 day' where id = '%s'
        """
            .formatted(id(3).uuid()));
    fixture.execute(
        "update request set state = 'canceled', finished_at = now() where id = '%s'"
            .formatted(id(4).uuid()));
    fixture.execute("update request set recorded_at = now() - interval '2 days'");

    assertThat(rescue(10).lost()).containsExactly(id(1));
    assertThat(fixture.query("select state from request order by id"))
        .containsExactly("failed", "completed", "processing", "canceled");
  }

  @Test
  void pagesTakeTheOldestFirstUntilThereIsNothingLeft() {
    store(1, 2, 3, 4, 5);
    for (int number = 1; number <= 5; number++) {
      age(number, "%d minutes".formatted(20 + number));
    }

    assertThat(rescue(2).lost()).containsExactly(id(4), id(5));
    assertThat(rescue(2).lost()).containsExactly(id(2), id(3));
    assertThat(rescue(2).lost()).containsExactly(id(1));
    assertThat(rescue(2).lost()).isEmpty();
  }

  @Test
  void concurrentRunsEndEachRowOnce() throws InterruptedException, ExecutionException {
    int rows = 2_000;
    insertAgedRows(rows);
    CountDownLatch ready = new CountDownLatch(4);
    List<Future<List<ResponseId>>> runs = new ArrayList<>();

    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int run = 0; run < 4; run++) {
        runs.add(
            executor.submit(() -> {
              ready.countDown();
              ready.await();
              return rescueAll();
            }));
      }
    }

    List<ResponseId> all = new ArrayList<>();
    for (Future<List<ResponseId>> run : runs) {
      all.addAll(run.get());
    }
    assertThat(all).doesNotHaveDuplicates().hasSize(rows);
    assertThat(fixture.query("select distinct failure_label from request"))
        .containsExactly("gateway_lost");
  }

  /// A page that others hold wholly looks empty, so this one goes on until nothing is processing.
  private List<ResponseId> rescueAll() {
    List<ResponseId> lost = new ArrayList<>();
    do {
      lost.addAll(rescue(37).lost());
    } while (!fixture.query("select 1 from request where state = 'processing' limit 1").isEmpty());
    return lost;
  }

  @Test
  void aRowThatIsBeingFinishedIsSkippedAndItsRealEndWins() throws SQLException {
    store(1, 2);
    fixture.execute("update request set recorded_at = now() - interval '1 hour'");

    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      assertThat(
              statement.executeUpdate(
                  """
                  update request set state = 'completed', outcome = 'completed',
                    response_status = 200, finished_at = now() where id = '%s'
                  """
                      .formatted(id(1).uuid())))
          .isEqualTo(1);

      assertThat(rescue(10).lost()).containsExactly(id(2));
      other.commit();
    }

    assertThat(rescue(10).lost()).isEmpty();
    assertThat(fixture.query("select state from request order by id"))
        .containsExactly("completed", "failed");
  }

  @Test
  void theRealRecordRepairsARowWheneverItArrives() {
    store(1);
    age(1, "1 day");
    assertThat(rescue(10).lost()).containsExactly(id(1));

    fixture.completions().persist(deliveries(List.of(finished(id(1)))), LATER);

    assertThat(fixture.query("select state, failure_label from request"))
        .containsExactly("completed|-");
    assertThat(
            fixture.metrics.snapshot().keySet().stream()
                .filter(key -> key.metric() == Metric.GATEWAY_LOST_REPAIRED))
        .hasSize(1);
    assertThat(rescue(10).lost()).isEmpty();
  }

  @Test
  void aPageThatTakesTooLongIsSaidToAndChangesNothing() {
    store(1);
    age(1, "1 hour");
    fixture.execute(
        """
        create function dawdle() returns trigger language plpgsql as
          'begin perform pg_sleep(3); return new; end'
        """);
    fixture.execute(
        "create trigger dawdle before update on request for each row execute function dawdle()");

    assertThat(gateways.presumeLost(AGE, 10, Duration.ofMillis(200))).isEqualTo(new Page.TooSlow());
    assertThat(fixture.query("select state from request")).containsExactly("processing");
  }

  @Test
  void anotherFaultOfTheDatabaseIsNotTakenForSlowness() {
    fixture.execute("alter table request rename to request_elsewhere");

    assertThatThrownBy(() -> rescue(10)).hasMessageContaining("42P01");
  }

  /// Both ways in which PostgreSQL may plan it: for these values, and for any.
  @Test
  void thePlanReadsIndexesOnlyAmongAHundredThousandRows() throws SQLException {
    insertAgedRows(100_000);
    fixture.execute("update request set recorded_at = now() where id::text > '01900000-1000'");
    fixture.execute("vacuum analyze request");

    for (String mode : List.of("force_custom_plan", "force_generic_plan")) {
      String plan = plan(mode);

      assertThat(plan).as(mode).contains("\"Index Name\": \"request_gateway_processing\"");
      assertThat(plan).as(mode).doesNotContain("Seq Scan");
    }
  }

  private String plan(String mode) throws SQLException {
    String sql =
        PostgresLostGateways.PRESUME_LOST
            .replaceFirst("\\?", "\\$1")
            .replaceFirst("\\?", "\\$2")
            .replaceFirst("\\?", "\\$3")
            .replaceFirst("\\?", "\\$4");
    try (Connection connection = fixture.database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("set plan_cache_mode = " + mode);
      statement.execute("prepare rescue (double precision, bigint, text, text) as " + sql);
      try (var rows =
          statement.executeQuery(
              "explain (format json) execute rescue (1200, 500, '{}', 'gateway_lost')")) {
        assertThat(rows.next()).isTrue();
        return rows.getString(1);
      }
    }
  }

  private void store(long... numbers) {
    fixture
        .completions()
        .persist(
            deliveries(LongStream.of(numbers).mapToObj(number -> started(id(number))).toList()),
            LATER);
  }

  private void insertAgedRows(int rows) {
    fixture.execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at, recorded_at, started_at)
        select ('01900' || lpad(to_hex(n), 7, '0') || '-7000-8000-000000000000')::uuid, '%s',
          'k', '', '/v1/chat/completions', 'm', 'default', false, false, true, 'gateway',
          'processing', now(),
          now() - interval '1 hour' - n * interval '1 millisecond', now()
        from generate_series(1, %d) as n
        """
            .formatted(StoreFixture.ACCOUNT, rows));
  }

  private void age(long number, String interval) {
    fixture.execute(
        "update request set recorded_at = now() - interval '%s' where id = '%s'"
            .formatted(interval, id(number).uuid()));
  }

  private Page.Ended rescue(int limit) {
    return (Page.Ended) gateways.presumeLost(AGE, limit, TIME);
  }
}
