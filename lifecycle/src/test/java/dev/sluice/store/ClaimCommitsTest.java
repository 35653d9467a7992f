package dev.sluice.store;

import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.TestingQueue.MODEL;
import static dev.sluice.store.TestingQueue.attempt;
import static dev.sluice.store.TestingQueue.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Request.Claimed;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// What a queue of many rows costs the database in transactions.
@Isolated("It counts the transactions of the whole server")
final class ClaimCommitsTest {

  private static final int ROWS = 2_000;
  private static final int SET = 100;

  @Test
  void aRequestCostsAFractionOfATransactionFromItsClaimToItsEnd() {
    try (StoreFixture fixture = StoreFixture.create()) {
      TestingQueue queue = new TestingQueue(fixture);
      queue.addFlex(1, ROWS, ACCOUNT, MODEL);
      long before = transactions(fixture);

      for (int done = 0; done < ROWS; done += SET) {
        List<Claimed> claimed = queue.claim(wanted(SET)).claimed();
        assertThat(claimed).hasSize(SET);
        List<Ended> ended = queue.start(claimed).stream().map(ClaimCommitsTest::completed).toList();
        assertThat(queue.store.end(ended).moves()).hasSize(SET);
      }

      assertThat(transactions(fixture) - before).isBetween(ROWS / SET * 3L, ROWS / 10L);
      assertThat(fixture.query("select state, count(*) from request group by state"))
          .containsExactly("completed|" + ROWS);
    }
  }

  private static Ended completed(Work work) {
    return new Ended.Finish(
        work.request(),
        work.request().complete(200, false, null, Instant.EPOCH),
        attempt(Instant.EPOCH, 200, null),
        null);
  }

  /// The ids of transactions that wrote something: no other session of the server writes.
  private static long transactions(StoreFixture fixture) {
    return Long.parseLong(fixture.query("select pg_current_xact_id()::text").getFirst());
  }
}
