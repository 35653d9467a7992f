package dev.sluice.store;

import static dev.sluice.store.Records.LATER;
import static dev.sluice.store.Records.deliveries;
import static dev.sluice.store.Records.finished;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.Records.started;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionStore.Delivery;
import dev.sluice.request.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Several writers of the same rows.
final class CompletionContentionTest {

  private StoreFixture fixture;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void batchesInOppositeOrdersNeverLockEachOtherOut() throws Exception {
    int rounds = 25 * Integer.getInteger("sluice.test.scale", 1);
    for (int round = 0; round < rounds; round++) {
      List<CompletionRecord> forwards = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        forwards.add(i % 2 == 0 ? started(id(round * 20L + i)) : finished(id(round * 20L + i)));
      }
      List<CompletionRecord> backwards = new ArrayList<>(forwards);
      Collections.reverse(backwards);

      List<FutureTask<Set<Integer>>> writers = new ArrayList<>();
      for (List<CompletionRecord> order : List.of(forwards, backwards, forwards)) {
        writers.add(inBackground(() -> fixture.completions().persist(deliveries(order), LATER)));
      }

      for (FutureTask<Set<Integer>> writer : writers) {
        assertThat(writer.get(30, TimeUnit.SECONDS)).isEmpty();
      }
    }
    assertThat(fixture.count("request")).isEqualTo(rounds * 20L);
    assertThat(
            fixture.query(
                "select deadlocks from pg_stat_database where datname = current_database()"))
        .containsExactly("0");
  }

  @Test
  void aBatchThatLosesADeadlockIsRepeated() throws Exception {
    assertThat(fixture.completions().persist(deliveries(both()), LATER)).isEmpty();
    fixture.execute("truncate request cascade");
    List<String> none = fixture.everything();
    assertThat(
            fixture
                .completions()
                .persist(deliveries(List.of(started(id(1)), started(id(2)))), LATER))
        .isEmpty();

    FutureTask<Set<Integer>> batch;
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      // The other side never looks for a deadlock in time, so the batch is the one that loses.
      var _ = statement.execute("set local deadlock_timeout = '10min'");
      var _ = statement.execute(lock(2));
      batch = inBackground(() -> fixture.completions().persist(deliveries(both()), LATER));
      awaitBlocked(other);
      var _ = statement.execute(lock(1)); // goes on only when the batch gave way
      assertThat(batch.isDone()).isFalse();
      other.commit();
    }

    assertThat(batch.get(30, TimeUnit.SECONDS)).isEmpty();
    assertThat(none).isEmpty();
    assertThat(fixture.query("select state from request"))
        .containsExactly("completed", "completed");
  }

  private static List<CompletionRecord> both() {
    return List.of(finished(id(1)), finished(id(2)));
  }

  private static String lock(int number) {
    return "select id from request where id = '" + id(number).uuid() + "' for update";
  }

  @Test
  void aBatchThatAlwaysLosesComesBackAfterThreeRepeats() {
    fixture.execute("create sequence tries");
    fixture.execute(
        """
        create function lose() returns trigger language plpgsql as $$
        begin
          perform nextval('tries');
          raise exception 'lost' using errcode = '40001';
        end $$
        """);
    fixture.execute(
        """
        create trigger lose before insert on request for each statement execute function lose()
        """);

    assertThatThrownBy(
            () -> fixture.completions().persist(deliveries(List.of(started(id(1)))), LATER))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(fixture.query("select last_value from tries")).containsExactly("4");
    assertThat(fixture.count("quarantine")).isZero();
  }

  @Test
  void aBatchThatMeetsAnotherInsertOfItsRowIsRepeated() {
    fixture.execute("create sequence tries");
    fixture.execute(
        """
        create function meet_another() returns trigger language plpgsql as $$
        begin
          if nextval('tries') = 1 then
            raise exception 'inserted meanwhile' using errcode = '23505';
          end if;
          return null;
        end $$
        """);
    fixture.execute(
        """
        create trigger meet_another before insert on request
        for each statement execute function meet_another()
        """);

    Set<Integer> undone =
        fixture.completions().persist(deliveries(List.of(finished(id(1)))), LATER);

    assertThat(undone).isEmpty();
    assertThat(fixture.query("select last_value from tries")).containsExactly("2");
    assertThat(fixture.query("select state from request")).containsExactly("completed");
    assertThat(fixture.count("quarantine")).isZero();
  }

  @Test
  void theTwoRecordsOfARequestMayArriveAtTheSameMoment() throws Exception {
    int requests = 1_000 * Integer.getInteger("sluice.test.scale", 1);
    for (int request = 0; request < requests; request++) {
      CyclicBarrier together = new CyclicBarrier(2);
      List<FutureTask<Set<Integer>>> writers = new ArrayList<>();
      for (CompletionRecord record : List.of(started(id(request)), finished(id(request)))) {
        List<Delivery> batch = deliveries(List.of(record));
        writers.add(
            inBackground(() -> {
              var _ = together.await(30, TimeUnit.SECONDS);
              return fixture.completions().persist(batch, LATER);
            }));
      }
      for (FutureTask<Set<Integer>> writer : writers) {
        assertThat(writer.get(30, TimeUnit.SECONDS)).isEmpty();
      }
    }

    assertThat(fixture.count("quarantine")).isZero();
    assertThat(fixture.query("select state, count(*) from request group by state"))
        .containsExactly("completed|" + requests);
  }

  @Test
  void aStatementThatTakesTooLongBringsTheBatchBack() throws SQLException {
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      var _ = statement.execute("lock table request_body in exclusive mode");

      assertThatThrownBy(
              () -> fixture.completions().persist(deliveries(List.of(started(id(1)))), LATER))
          .isInstanceOf(StoreUnavailableException.class);
    }

    assertThat(fixture.requests().find(ACCOUNT, id(1))).isEmpty();
  }

  @Test
  void aDeletionThatWaitsForABatchRemovesItsBodies() throws Exception {
    assertThat(fixture.completions().persist(deliveries(List.of(started(id(1)))), LATER)).isEmpty();
    FutureTask<Set<Integer>> batch;
    FutureTask<Boolean> deletion;
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      // Holds the batch after it has locked the row and before its bodies are in.
      var _ = statement.execute("lock table response_body in share row exclusive mode");
      batch =
          inBackground(
              () -> fixture.completions().persist(deliveries(List.of(finished(id(1)))), LATER));
      awaitBlocked(other);
      deletion = inBackground(() -> fixture.requests().delete(ACCOUNT, id(1)));
      awaitSessionsBlocked(other, 2);
      other.commit();
    }

    assertThat(batch.get(30, TimeUnit.SECONDS)).isEmpty();
    assertThat(deletion.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(fixture.count("request_body")).isZero();
    assertThat(fixture.count("response_body")).isZero();
    assertThat(fixture.query("select state, deleted_at is not null from request"))
        .containsExactly("completed|t");
  }

  private static <T> FutureTask<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    var _ = Thread.ofVirtual().start(task);
    return task;
  }

  private static void awaitBlocked(Connection connection) throws SQLException {
    awaitSessionsBlocked(connection, 1);
  }

  /// Waits inside the server until so many sessions of this database wait for a lock.
  private static void awaitSessionsBlocked(Connection connection, int sessions)
      throws SQLException {
    String blocked =
        """
        select count(*), pg_sleep(0.02) is null
        from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
        """;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    int found = 0;
    while (found < sessions) {
      assertThat(System.nanoTime()).as("sessions wait").isLessThan(end);
      try (Statement statement = connection.createStatement()) {
        var _ = statement.execute("select pg_stat_clear_snapshot()");
        try (var rows = statement.executeQuery(blocked)) {
          found = rows.next() ? rows.getInt(1) : 0;
        }
      }
    }
  }
}
