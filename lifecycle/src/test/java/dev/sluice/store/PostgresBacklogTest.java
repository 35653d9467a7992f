package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Backlog.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresBacklogTest {

  private static final Duration LOST_AFTER = Duration.ofMinutes(20);
  private static final Duration WITHIN = Duration.ofSeconds(4);

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
  void anEmptyQueueHasNothingDue() {
    rows.completed(Records.id(1));

    assertThat(earliest().at()).isNull();
    assertThat(earliest().now()).isAfter(Instant.EPOCH);
  }

  @Test
  void aFreshRequestIsDueNow() {
    rows.pending(Records.id(1), "now() + interval '1 hour'");

    Due due = earliest();

    assertThat(due.at()).isEqualTo(due.now());
  }

  @Test
  void requestsOfAnotherModelAreDueAtTheirDeadlineOnly() {
    rows.pending(Records.id(1), "now() + interval '40 minutes'");
    fixture.execute("update request set model = 'gone'");

    assertDueIn(Duration.ofMinutes(40));
  }

  @Test
  void delayedRequestsAreDueAtTheEarliestOfTheirTimes() {
    for (int i = 1; i <= 6; i++) {
      rows.pending(Records.id(i), "now() + interval '2 hours'");
      fixture.execute(
          """
          update request
          set not_before = now() + interval '%d minutes', account_id = '%s', tier_class = %d,
            deadline = case when %d = 1 then deadline end
          where id = '%s'
          """
              .formatted(
                  60 - 5 * i,
                  i % 2 == 0 ? StoreFixture.ACCOUNT : StoreFixture.OTHER_ACCOUNT,
                  i % 3,
                  i % 3,
                  Records.id(i).uuid()));
    }

    assertDueIn(Duration.ofMinutes(30));
  }

  @Test
  void aDeadlineIsDueWhenItPasses() {
    rows.pending(Records.id(1), "now() + interval '10 minutes'");
    fixture.execute("update request set not_before = now() + interval '30 minutes'");

    assertDueIn(Duration.ofMinutes(10));
  }

  @Test
  void aHeldRequestIsDueWhenItsLeaseEnds() {
    rows.dispatched(Records.id(1), "now() + interval '20 seconds'");
    rows.claimed(Records.id(2), "now() + interval '25 seconds'");

    assertDueIn(Duration.ofSeconds(20));
  }

  @Test
  void aRealtimeRequestIsDueWhenItCountsAsLost() {
    fixture.execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at, recorded_at, started_at)
        values ('%s', '%s', 'k', '', '/v1/responses', 'any', 'default', false, false, true,
          'gateway', 'processing', now(), now() - interval '5 minutes', now())
        """
            .formatted(Records.id(1).uuid(), StoreFixture.ACCOUNT));

    assertDueIn(Duration.ofMinutes(15));
  }

  private void assertDueIn(Duration expected) {
    Due due = earliest();
    assertThat(due.at()).isNotNull();
    assertThat(Duration.between(due.now(), due.at())).isBetween(expected.minusMinutes(1), expected);
  }

  private Due earliest() {
    return fixture.backlog().earliest(Set.of("m", "idle"), LOST_AFTER, WITHIN);
  }
}
