package dev.sluice.store;

import static dev.sluice.store.Records.id;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.StoreFixture.OTHER_ACCOUNT;
import static dev.sluice.store.TestingQueue.LEASE;
import static dev.sluice.store.TestingQueue.MODEL;
import static dev.sluice.store.TestingQueue.OTHER_RUN;
import static dev.sluice.store.TestingQueue.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ClaimStore.Claims;
import dev.sluice.request.ClaimStore.Wanted;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.store.TestingQueue.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Which rows a claim takes.
final class ClaimOrderTest extends QueueCase {

  private static List<ResponseId> ids(Claims claims) {
    return claims.claimed().stream().map(one -> one.data().id()).toList();
  }

  @Test
  void classesAreServedInTheirOrderAndBackgroundFillsOnlyWhatIsLeft() {
    queue.add(
        Row.of(ServiceTier.BACKGROUND, 1),
        Row.flex(2),
        Row.of(ServiceTier.DEFAULT, 3),
        Row.of(ServiceTier.PRIORITY, 4),
        Row.flex(5));

    assertThat(ids(queue.claim(wanted(1)))).containsExactly(id(3));
    assertThat(ids(queue.claim(wanted(2)))).containsExactly(id(4), id(2));
    queue.add(Row.flex(6), Row.flex(7));
    assertThat(ids(queue.claim(wanted(3)))).containsExactly(id(5), id(6), id(7));
    queue.add(Row.flex(8));
    assertThat(ids(queue.claim(wanted(9)))).containsExactly(id(8), id(1));
  }

  @Test
  void backgroundRowsOfOneModelDoNotWaitForThoseOfAnother() {
    queue.add(Row.of(ServiceTier.BACKGROUND, 1), Row.flex(2).forModel("n"));

    assertThat(ids(queue.claim(wanted(5)))).containsExactly(id(1));
  }

  @Test
  void withinAnAccountTheDeadlineDecidesAndThenTheId() {
    queue.add(
        Row.flex(1).until("'2199-01-01'"),
        Row.flex(2).until("'2198-01-01'"),
        Row.flex(3).until("null"),
        Row.flex(4).until("'2198-01-01'"));

    assertThat(ids(queue.claim(wanted(1)))).containsExactly(id(2));
    assertThat(ids(queue.claim(wanted(1)))).containsExactly(id(4));
    assertThat(ids(queue.claim(wanted(9)))).containsExactly(id(1), id(3));
  }

  @Test
  void anAccountWithManyRowsWaitsForOneWithFew() {
    queue.addFlex(1, 50, ACCOUNT, MODEL);
    queue.addFlex(100, 3, OTHER_ACCOUNT, MODEL);

    assertThat(ids(queue.claim(wanted(6))))
        .containsExactlyInAnyOrder(id(1), id(2), id(3), id(100), id(101), id(102));
  }

  @Test
  void whatAnAccountHoldsAlreadyCountsAsWell() {
    queue.addFlex(1, 50, ACCOUNT, MODEL);
    assertThat(queue.claim(wanted(10)).claimed()).hasSize(10);
    queue.addFlex(100, 50, OTHER_ACCOUNT, MODEL);

    List<ResponseId> next = ids(queue.claim(wanted(14)));

    assertThat(next).filteredOn(one -> one.compareTo(id(100)) >= 0).hasSize(12);
    assertThat(next).filteredOn(one -> one.compareTo(id(100)) < 0).hasSize(2);
  }

  @Test
  void roomThatShortAccountsLeaveIsUsedByOthers() {
    for (int account = 1; account <= 20; account++) {
      UUID id = new UUID(0x7000, account);
      fixture.execute(
          "insert into account (id, name, status, created_at) values ('%s', 't', 'active', now())"
              .formatted(id));
      queue.addFlex(1_000L * account, account, id, MODEL);
    }

    assertThat(queue.claim(wanted(200)).claimed()).hasSize(200);
    assertThat(queue.claim(wanted(200)).claimed()).hasSize(10);
  }

  @Test
  void rowsThatWerePutBackWaitForTheirTimeAndForTheRetriesThatAreLeft() {
    queue.add(
        Row.flex(1).delayedTo("now() + interval '1 minute'"),
        Row.flex(2).delayedTo("now() - interval '1 minute'"),
        Row.flex(3).delayedTo("now() - interval '2 minutes'"),
        Row.flex(4).delayedTo("now() - interval '3 minutes'").of(OTHER_ACCOUNT),
        Row.flex(5));

    assertThat(ids(queue.claim(new Wanted(MODEL, 100, 10, 0)))).containsExactly(id(5));
    assertThat(ids(queue.claim(new Wanted(MODEL, 100, 10, 1)))).containsExactly(id(4));
    assertThat(ids(queue.claim(new Wanted(MODEL, 100, 10, 1)))).containsExactly(id(3));
    assertThat(ids(queue.claim(new Wanted(MODEL, 100, 10, 9)))).containsExactly(id(2));
    assertThat(queue.claim(wanted(10)).claimed()).isEmpty();
  }

  @Test
  void retriesOfAnAccountDoNotPushAnotherAside() {
    for (long number = 1; number <= 20; number++) {
      queue.add(Row.flex(number).delayedTo("now() - interval '1 minute'"));
    }
    queue.addFlex(100, 20, OTHER_ACCOUNT, MODEL);

    assertThat(ids(queue.claim(wanted(10))))
        .filteredOn(one -> one.compareTo(id(100)) >= 0)
        .hasSize(5);
  }

  @Test
  void whatIsPastItsDeadlineIsNotClaimed() {
    queue.add(
        Row.flex(1).until("now() - interval '1 second'"),
        Row.flex(2).until("now() - interval '1 second'").delayedTo("now() - interval '1 minute'"));

    assertThat(store.isAnythingDue(Set.of(MODEL))).isFalse();
    assertThat(queue.claim(wanted(10)).claimed()).isEmpty();
  }

  @Test
  void somethingIsDueWhenAClaimWouldGiveIt() {
    assertThat(store.isAnythingDue(Set.of())).isFalse();
    assertThat(store.isAnythingDue(Set.of(MODEL))).isFalse();
    for (Row row :
        List.of(
            Row.flex(1),
            Row.of(ServiceTier.BACKGROUND, 2),
            Row.of(ServiceTier.DEFAULT, 3).delayedTo("now() - interval '1 second'"))) {
      queue.add(row);
      assertThat(store.isAnythingDue(Set.of("n", MODEL))).isTrue();
      assertThat(store.isAnythingDue(Set.of("n"))).isFalse();
      assertThat(queue.claim(new Wanted(MODEL, 100, 10, 10)).claimed()).hasSize(1);
      assertThat(store.isAnythingDue(Set.of(MODEL))).isFalse();
    }
    queue.add(Row.flex(4).delayedTo("now() + interval '1 minute'"));
    assertThat(store.isAnythingDue(Set.of(MODEL))).isFalse();
  }

  @Test
  void heldRowsOfAllRunsCountAgainstTheLimitOfTheModel() {
    queue.addFlex(1, 20, ACCOUNT, MODEL);
    List<Claimed> first = queue.claim(new Wanted(MODEL, 5, 3, 0)).claimed();
    assertThat(first).hasSize(3);

    assertThat(store.claim(OTHER_RUN, List.of(new Wanted(MODEL, 5, 9, 0)), LEASE).claimed())
        .hasSize(2);
    assertThat(queue.claim(new Wanted(MODEL, 5, 9, 0)).claimed()).isEmpty();
    assertThat(queue.claim(new Wanted(MODEL, 4, 9, 0)).claimed()).isEmpty();
    assertThat(store.release(first).moves()).hasSize(3);
    assertThat(queue.claim(new Wanted(MODEL, 5, 9, 0)).claimed()).hasSize(3);
  }

  @Test
  void rowsThatSomebodyHasLockedAreSkipped() throws SQLException {
    queue.add(Row.flex(1), Row.flex(2), Row.flex(3).delayedTo("now() - interval '1 minute'"));
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      var _ =
          statement.execute(
              "select 1 from request where id in ('%s', '%s') for update"
                  .formatted(id(1).uuid(), id(3).uuid()));

      assertThat(ids(queue.claim(wanted(1)))).containsExactly(id(2));
      other.rollback();
    }
    assertThat(queue.claim(wanted(9)).claimed()).hasSize(2);
  }

  /// Eight runs that want four models in different orders, each with a limit below what there is.
  @Test
  void concurrentRunsClaimEachRowOnceAndNeverMoreThanTheLimit() throws Exception {
    List<String> models = List.of("a", "b", "c", "d");
    for (int model = 0; model < models.size(); model++) {
      queue.addFlex(1_000L * model + 1, 150, ACCOUNT, models.get(model));
      queue.addFlex(1_000L * model + 501, 150, OTHER_ACCOUNT, models.get(model));
    }
    CyclicBarrier ready = new CyclicBarrier(8);
    List<Future<List<Claimed>>> runs = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int run = 0; run < 8; run++) {
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
          wanted.add(new Wanted(models.get((i + run) % models.size()), 200, 7, 0));
        }
        UUID daemonId = new UUID(7, run);
        runs.add(
            executor.submit(() -> {
              ready.await();
              List<Claimed> claimed = new ArrayList<>();
              for (int i = 0; i < 12; i++) {
                claimed.addAll(store.claim(daemonId, wanted, LEASE).claimed());
              }
              return claimed;
            }));
      }
    }

    List<ResponseId> all = new ArrayList<>();
    Map<String, Integer> byModel = new HashMap<>();
    for (Future<List<Claimed>> run : runs) {
      for (Claimed claimed : run.get()) {
        all.add(claimed.data().id());
        byModel.merge(claimed.data().model(), 1, Integer::sum);
      }
    }
    assertThat(all).doesNotHaveDuplicates();
    assertThat(byModel).isEqualTo(Map.of("a", 200, "b", 200, "c", 200, "d", 200));
    assertThat(
            fixture.query(
                "select distinct count(*) from request where state = 'claimed' group by model, account_id"))
        .containsExactly("100");
  }
}
