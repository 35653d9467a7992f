package dev.sluice.store;

import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.TestingQueue.LEASE;
import static dev.sluice.store.TestingQueue.MODEL;
import static dev.sluice.store.TestingQueue.OTHER_RUN;
import static dev.sluice.store.TestingQueue.RUN;
import static dev.sluice.store.TestingQueue.attempt;
import static dev.sluice.store.TestingQueue.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Move;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.ClaimStore.Page;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Request;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.ResponseId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// More than a thousand rows, each wanted by two at the same time: one of them wins and the other
/// is told so. Where it matters who is first, that one holds its transaction open until the other
/// waits for its locks.
final class ClaimRacesTest extends QueueCase {

  private static final int ROWS = 100;
  private static final int ROUNDS = 3 * Integer.getInteger("sluice.test.scale", 1);
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

  private List<Dispatched> dispatched(int round) {
    queue.addFlex(1 + 1_000L * round, ROWS, ACCOUNT, MODEL);
    return queue.start(queue.claim(wanted(ROWS)).claimed()).stream().map(Work::request).toList();
  }

  private static List<Ended> completed(List<Dispatched> held) {
    return held.stream()
        .<Ended>map(one ->
            new Ended.Finish(one, one.complete(200, false, null, AT), attempt(AT, 200, null), null))
        .toList();
  }

  @Test
  void anOwnerThatWasTakenOverEndsNothing() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      List<Dispatched> stale = dispatched(round);
      fixture.execute(
          "update request set lease_until = now() - interval '1 second' where state = 'processing'");
      List<Claimed> taken;
      FutureTask<Moved> late;
      try (Connection other = fixture.database.dataSource().getConnection()) {
        other.setAutoCommit(false);
        Page page = OverdueStatements.rescue(other, 1_000, 3);
        assertThat(page.requeued()).hasSize(ROWS);
        taken = new ClaimTransaction(other, OTHER_RUN, LEASE).run(List.of(wanted(ROWS))).claimed();
        late = inBackground(() -> store.end(completed(stale)));
        awaitBlocked(other);
        other.commit();
      }

      assertThat(late.get(30, TimeUnit.SECONDS).moves()).hasSize(ROWS);
      assertThat(late.get().moves().values()).containsOnly(Move.STALE);
      assertThat(store.extend(stale, LEASE).moves().values()).containsOnly(Move.STALE);
      assertThat(store.drain(stale, Map.of()).moves().values()).containsOnly(Move.STALE);
      assertThat(taken)
          .hasSize(ROWS)
          .allMatch(claimed -> find(claimed.data().id()).equals(claimed));
      List<Dispatched> owned = queue.start(taken).stream().map(Work::request).toList();
      assertThat(store.end(completed(owned)).moves().values())
          .hasSize(ROWS)
          .containsOnly(Move.SAVED);
    }
  }

  @Test
  void anOwnerThatEndsInTimeIsNotTakenOver() throws SQLException {
    List<Dispatched> held = dispatched(0);
    fixture.execute("update request set lease_until = now() - interval '1 second'");
    try (Connection other = fixture.database.dataSource().getConnection()) {
      other.setAutoCommit(false);
      assertThat(EndStatements.end(other, completed(held)).moves().values())
          .containsOnly(Move.SAVED);

      assertThat(store.rescue(1_000, 3, Duration.ofSeconds(4)).size()).isZero();
      other.commit();
    }

    assertThat(store.rescue(1_000, 3, Duration.ofSeconds(4)).size()).isZero();
    assertThat(fixture.query("select distinct state, crashes from request"))
        .containsExactly("completed|0");
  }

  @Test
  void aCancellationThatIsFirstKeepsItsRowsFromTheirEnd() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      List<Dispatched> held = dispatched(round);
      FutureTask<Moved> late;
      try (Connection other = fixture.database.dataSource().getConnection()) {
        other.setAutoCommit(false);
        for (Dispatched one : held) {
          assertThat(PostgresRequestStore.cancel(other, ACCOUNT, one.data().id()))
              .get()
              .isInstanceOf(Request.Canceled.class);
        }
        late = inBackground(() -> store.end(completed(held)));
        awaitBlocked(other);
        other.commit();
      }

      assertThat(late.get(30, TimeUnit.SECONDS).moves().values())
          .hasSize(ROWS)
          .containsOnly(Move.STALE);
    }
    assertThat(fixture.query("select distinct state, outcome, input_tokens from request"))
        .containsExactly("canceled|-|5");
  }

  /// In an order that chance decides: a row is canceled, or it is completed and was never canceled.
  @Test
  void ofACancellationAndAnEndAtTheSameTimeOneWins() throws Exception {
    Random random = new Random(20260301); // Fixed, so that a failure can be had again.
    for (int round = 0; round < ROUNDS; round++) {
      List<Dispatched> held = new ArrayList<>(dispatched(round));
      Collections.shuffle(held, random);
      List<Dispatched> shuffled = new ArrayList<>(held);
      Collections.shuffle(shuffled, random);
      CyclicBarrier ready = new CyclicBarrier(2);
      FutureTask<Map<ResponseId, Request>> owner =
          inBackground(() -> {
            ready.await();
            Map<ResponseId, Request> seen = new HashMap<>();
            for (Dispatched one : shuffled) {
              ResponseId id = one.data().id();
              seen.put(id, fixture.requests().cancel(ACCOUNT, id).orElseThrow());
            }
            return seen;
          });
      FutureTask<Map<ResponseId, Move>> run =
          inBackground(() -> {
            ready.await();
            Map<ResponseId, Move> moves = new HashMap<>();
            for (int from = 0; from < ROWS; from += 5) {
              moves.putAll(store.end(completed(held.subList(from, from + 5))).moves());
            }
            return moves;
          });

      Map<ResponseId, Request> seen = owner.get(60, TimeUnit.SECONDS);
      run.get(60, TimeUnit.SECONDS)
          .forEach((id, move) -> {
            Class<? extends Request> winner =
                move == Move.SAVED ? Request.Completed.class : Request.Canceled.class;
            assertThat(seen.get(id)).isInstanceOf(winner);
            assertThat(find(id)).isInstanceOf(winner);
          });
    }
  }

  @Test
  void whatExpiresIsNotClaimedAndWhatIsClaimedDoesNotExpire() throws SQLException {
    queue.addFlex(1, 2 * ROWS, ACCOUNT, MODEL);
    try (Connection other = fixture.database.dataSource().getConnection()) {
      other.setAutoCommit(false);
      List<Claimed> claimed =
          new ClaimTransaction(other, RUN, LEASE).run(List.of(wanted(ROWS))).claimed();
      assertThat(claimed).hasSize(ROWS);
      fixture.execute(
          """
          update request set deadline = now() - interval '1 second'
          where id in (select id from request for update skip locked)
          """);

      assertThat(store.expire(1_000, Duration.ofSeconds(4)).ended()).hasSize(ROWS);
      other.commit();
    }
    fixture.execute("update request set deadline = now() - interval '1 second'");

    assertThat(store.expire(1_000, Duration.ofSeconds(4)).ended()).isEmpty();
    assertThat(queue.claim(wanted(ROWS)).claimed()).isEmpty();
    assertThat(fixture.query("select state, count(*) from request group by state order by state"))
        .containsExactly("claimed|100", "failed|100");
  }

  @Test
  void anExpiryThatIsFirstLeavesAClaimNothing() throws Exception {
    queue.addFlex(1, ROWS, ACCOUNT, MODEL);
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      // Due for a claim as everybody else sees it, and over as the pass does.
      var _ = statement.execute("update request set deadline = now() - interval '1 second'");
      assertThat(OverdueStatements.expire(other, 1_000).ended()).hasSize(ROWS);

      assertThat(queue.claim(wanted(ROWS)).claimed()).isEmpty();
      other.commit();
    }
    assertThat(queue.claim(wanted(ROWS)).claimed()).isEmpty();
  }

  private Request find(ResponseId id) {
    return fixture.requests().find(ACCOUNT, id).orElseThrow();
  }

  private static <T> FutureTask<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    var _ = Thread.ofVirtual().start(task);
    return task;
  }

  /// Waits inside the server until another session of this database waits for a lock.
  private static void awaitBlocked(Connection connection) throws SQLException {
    String blocked =
        """
        select count(*), pg_sleep(0.005) is null
        from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
        """;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    try (Statement statement = connection.createStatement()) {
      int found = 0;
      while (found == 0) {
        assertThat(System.nanoTime()).as("a session waits").isLessThan(end);
        var _ = statement.execute("select pg_stat_clear_snapshot()");
        try (var rows = statement.executeQuery(blocked)) {
          found = rows.next() ? rows.getInt(1) : 0;
        }
      }
    }
  }
}
