package dev.sluice.store;

import static dev.sluice.store.Records.failed;
import static dev.sluice.store.Records.finished;
import static dev.sluice.store.Records.head;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.Records.started;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.StoreFixture.OTHER_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.request.FailureReason;
import dev.sluice.request.PublicStatus;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.request.RequestStore.Page;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Usage;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class PostgresRequestStoreTest extends DatabaseCase {

  @Test
  void nothingOfAnotherAccountExistsInAnyMethod() {
    persist(started(id(1)), finished(id(1)));
    List<String> before = fixture.everything();

    assertThat(requests.find(OTHER_ACCOUNT, id(1))).isEmpty();
    assertThat(requests.requestBody(OTHER_ACCOUNT, id(1))).isEmpty();
    assertThat(requests.responseBody(OTHER_ACCOUNT, id(1))).isEmpty();
    assertThat(requests.events(OTHER_ACCOUNT, id(1))).isEmpty();
    assertThat(requests.attempts(OTHER_ACCOUNT, id(1))).isEmpty();
    assertThat(requests.list(OTHER_ACCOUNT, all(true))).isEmpty();
    assertThat(requests.list(OTHER_ACCOUNT, new Page(10, id(1), null, false, null, null, null)))
        .isEmpty();
    assertThat(requests.delete(OTHER_ACCOUNT, id(1))).isFalse();

    assertThat(fixture.everything()).isEqualTo(before);
  }

  @Test
  void anUnknownIdIsEmptyEverywhere() {
    assertThat(requests.find(ACCOUNT, id(9))).isEmpty();
    assertThat(requests.requestBody(ACCOUNT, id(9))).isEmpty();
    assertThat(requests.responseBody(ACCOUNT, id(9))).isEmpty();
    assertThat(requests.attempts(ACCOUNT, id(9))).isEmpty();
    assertThat(requests.delete(ACCOUNT, id(9))).isFalse();
  }

  @Test
  void deletingLeavesATombstoneWithoutBodiesAndARepeatDeletesNothing() {
    persist(started(id(1)), finished(id(1)), started(id(2)), finished(id(2)));

    assertThat(requests.delete(ACCOUNT, id(1))).isTrue();
    assertThat(requests.delete(ACCOUNT, id(1))).isFalse();

    Request tombstone = requests.find(ACCOUNT, id(1)).orElseThrow();
    assertThat(tombstone).isInstanceOf(Request.Completed.class);
    assertThat(tombstone.data().deleted()).isTrue();
    assertThat(tombstone.data().isVisible()).isFalse();
    assertThat(requests.requestBody(ACCOUNT, id(1))).isEmpty();
    assertThat(requests.responseBody(ACCOUNT, id(1))).isEmpty();
    assertThat(requests.events(ACCOUNT, id(1))).isEmpty();
    assertThat(fixture.query("select response_id from response_event"))
        .containsExactly(id(2).uuid().toString());
    assertThat(requests.requestBody(ACCOUNT, id(2))).isPresent();
    assertThat(requests.list(ACCOUNT, all(true)))
        .extracting(PostgresRequestStoreTest::idOf)
        .containsExactly(id(2));
  }

  @Test
  void deletingFreesTheKeysThatStandForTheResponse() {
    persist(finished(id(1)), finished(id(2)));
    String hash = "0".repeat(64);
    var _ = fixture.idempotency().claim(ACCOUNT, "one", hash, id(1));
    var _ = fixture.idempotency().claim(ACCOUNT, "two", hash, id(2));

    assertThat(requests.delete(ACCOUNT, id(1))).isTrue();

    assertThat(fixture.query("select key from idempotency_key")).containsExactly("two");
  }

  @Test
  void deletingAnActiveRowOfTheDaemonsLaneCancelsIt() {
    for (String state : List.of("pending", "claimed", "processing")) {
      fixture.execute("truncate request cascade");
      persist(started(id(1)));
      toState(id(1), "daemon", state);

      assertThat(requests.delete(ACCOUNT, id(1))).isTrue();

      assertThat(requests.find(ACCOUNT, id(1)).orElseThrow())
          .as(state)
          .isInstanceOf(Request.Canceled.class);
    }
  }

  @Test
  void deletingAnEndedRowOfTheDaemonsLaneKeepsItsEnd() {
    new QueuedRows(fixture).completed(id(1));

    assertThat(requests.delete(ACCOUNT, id(1))).isTrue();

    assertThat(requests.find(ACCOUNT, id(1))).get().isInstanceOf(Request.Completed.class);
  }

  @Test
  void whatIsQueuedOrHeldIsCanceledAtOnceAndARepeatChangesNothing() {
    QueuedRows rows = new QueuedRows(fixture);
    rows.pending(id(1), "now() + interval '1 hour'");
    rows.claimed(id(2), "now() + interval '1 minute'");
    rows.dispatched(id(3), "now() - interval '1 minute'");

    for (int number = 1; number <= 3; number++) {
      Request canceled = requests.cancel(ACCOUNT, id(number)).orElseThrow();

      assertThat(canceled).isInstanceOf(Request.Canceled.class);
      assertThat(requests.cancel(ACCOUNT, id(number))).contains(canceled);
      assertThat(requests.find(ACCOUNT, id(number))).contains(canceled);
      assertThat(requests.hasEnded(ACCOUNT, id(number))).contains(true);
    }
    assertThat(fixture.query("select distinct daemon_id, claim_token, lease_until from request"))
        .containsExactly("-|-|-");
  }

  @Test
  void whatHasEndedOrIsAGatewaysIsNotCanceled() {
    QueuedRows rows = new QueuedRows(fixture);
    rows.completed(id(1));
    rows.pending(id(2), "now()");
    fixture.execute(
        """
        update request set state = 'failed', finished_at = now(), failure_label = 'worker_lost',
          failure = '{"type":"worker_lost"}'
        where state = 'pending'
        """);
    persist(started(id(3)), finished(id(4)));
    List<String> before = fixture.everything();

    assertThat(requests.cancel(ACCOUNT, id(1))).get().isInstanceOf(Request.Completed.class);
    assertThat(requests.cancel(ACCOUNT, id(2))).get().isInstanceOf(Request.Failed.class);
    assertThat(requests.cancel(ACCOUNT, id(3))).get().isInstanceOf(Request.Proxied.class);
    assertThat(requests.cancel(ACCOUNT, id(4))).get().isInstanceOf(Request.Completed.class);

    assertThat(fixture.everything()).isEqualTo(before);
  }

  @Test
  void whatItsAskerCannotSeeIsNeitherCanceledNorToldAbout() {
    QueuedRows rows = new QueuedRows(fixture);
    rows.pending(id(1), "null");
    rows.dispatched(id(2), "now()");
    rows.pending(id(3), "null");
    fixture.execute("update request set store = false where id = '%s'".formatted(id(3).uuid()));
    assertThat(requests.delete(ACCOUNT, id(2))).isTrue();
    List<String> before = fixture.everything();

    assertThat(requests.cancel(OTHER_ACCOUNT, id(1))).as("foreign").isEmpty();
    assertThat(requests.hasEnded(OTHER_ACCOUNT, id(1))).as("foreign").isEmpty();
    assertThat(requests.cancel(ACCOUNT, id(2))).as("deleted").isEmpty();
    assertThat(requests.hasEnded(ACCOUNT, id(2))).as("deleted").isEmpty();
    assertThat(requests.cancel(ACCOUNT, id(3))).as("not stored").isEmpty();
    assertThat(requests.hasEnded(ACCOUNT, id(3))).as("not stored").isEmpty();
    assertThat(requests.cancel(ACCOUNT, id(9))).as("unknown").isEmpty();
    assertThat(requests.hasEnded(ACCOUNT, id(9))).as("unknown").isEmpty();

    assertThat(fixture.everything()).isEqualTo(before);
  }

  @Test
  void onlyATerminalStateIsAnEnd() {
    QueuedRows rows = new QueuedRows(fixture);
    rows.pending(id(1), "now() - interval '1 hour'");
    rows.claimed(id(2), "now()");
    rows.dispatched(id(3), "now()");
    rows.completed(id(4));
    persist(started(id(5)), failed(head(id(6), ACCOUNT), new FailureReason.TruncatedStream()));

    assertThat(List.of(1, 2, 3, 4, 5, 6))
        .extracting(number -> requests.hasEnded(ACCOUNT, id(number)).orElseThrow())
        .containsExactly(false, false, false, true, false, true);
  }

  @Test
  void whatACanceledCallCostIsShownOnItsRow() {
    new QueuedRows(fixture).dispatched(id(1), "now()");
    assertThat(requests.cancel(ACCOUNT, id(1)))
        .get()
        .isInstanceOfSatisfying(
            Request.Canceled.class, canceled -> assertThat(canceled.usage()).isNull());
    fixture.execute(
        """
        update request set input_tokens = 4, output_tokens = 3, cached_tokens = 2,
          reasoning_tokens = 1
        """);

    assertThat(requests.find(ACCOUNT, id(1)))
        .get()
        .isInstanceOfSatisfying(
            Request.Canceled.class,
            canceled -> assertThat(canceled.usage()).isEqualTo(new Usage(4, 3, 2, 1)));
  }

  @Test
  void aCancellationThatCommitsAfterACompletionChangesNothing() throws Exception {
    new QueuedRows(fixture).dispatched(id(1), "now()");
    try (Connection daemon = fixture.database.dataSource().getConnection();
        Statement statement = daemon.createStatement();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      daemon.setAutoCommit(false);
      assertThat(
              statement.executeUpdate(
                  """
                  update request set state = 'completed', outcome = 'completed',
                    response_status = 200, finished_at = now(), daemon_id = null,
                    claim_token = null, lease_until = null
                  """))
          .isEqualTo(1);

      Future<Optional<Request>> answer = thread.submit(() -> requests.cancel(ACCOUNT, id(1)));
      while (fixture
          .query(
              "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
          .isEmpty()) {
        Thread.onSpinWait();
      }
      daemon.commit();

      assertThat(answer.get()).get().isInstanceOf(Request.Completed.class);
    }
  }

  @Test
  void theStatusFilterAgreesWithThePublicStatusOfEveryState() {
    Map<PublicStatus, List<ResponseId>> expected = new EnumMap<>(PublicStatus.class);
    List<String> daemon = List.of("pending", "claimed", "processing", "canceled");
    for (int i = 0; i < daemon.size(); i++) {
      persist(started(id(i)), started(id(10 + i)));
      toState(id(i), "daemon", daemon.get(i));
      toState(id(10 + i), "daemon", daemon.get(i));
    }
    fixture.execute("update request set tier = 'flex' where id >= '" + id(10).uuid() + "'");
    persist(started(id(20)), finished(id(21)), finished(id(22)));
    persist(failed(head(id(23), ACCOUNT), new FailureReason.TruncatedStream()));
    fixture.execute("update request set outcome = 'incomplete' where id = '" + id(22).uuid() + "'");
    for (Request request : requests.list(ACCOUNT, all(true))) {
      expected.computeIfAbsent(PublicStatus.of(request), _ -> new ArrayList<>()).add(idOf(request));
    }
    assertThat(expected).containsOnlyKeys(PublicStatus.values());

    for (PublicStatus status : PublicStatus.values()) {
      assertThat(ids(new Page(50, null, null, true, status, null, null)))
          .as(status.text())
          .isEqualTo(expected.get(status));
    }
  }

  @Test
  void anUnknownWordInARowIsAnExceptionThatNamesIt() {
    persist(started(id(1)));
    fixture.execute("alter table request drop constraint request_state_check");
    fixture.execute("update request set state = 'resting'");

    assertThatThrownBy(() -> requests.find(ACCOUNT, id(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(id(1).text())
        .hasMessageContaining("resting");
  }

  @Test
  void attemptsAreInTheOrderOfTheirCalls() {
    persist(finished(id(1)));

    assertThat(requests.attempts(ACCOUNT, id(1)))
        .extracting(RequestStore.Attempt::upstream)
        .containsExactly("upstream-1", "upstream-2");
  }

  @Test
  void theLastAttemptOfARecordTellsWhatItsRequestCost() {
    persist(finished(id(1)));

    assertThat(requests.attempts(ACCOUNT, id(1)))
        .extracting(RequestStore.Attempt::upstreamModel, RequestStore.Attempt::usage)
        .containsExactly(tuple("model-1", null), tuple("model-2", new Usage(11, 7, 3, 2)));
  }

  private List<ResponseId> ids(Page page) {
    return requests.list(ACCOUNT, page).stream().map(PostgresRequestStoreTest::idOf).toList();
  }

  private static ResponseId idOf(Request request) {
    return request.data().id();
  }

  private static Page all(boolean ascending) {
    return new Page(100, null, null, ascending, null, null, null);
  }

  /// Moves a row by hand to where only the daemon will move it.
  private void toState(ResponseId id, String lane, String state) {
    boolean active =
        Optional.of(state).filter(List.of("claimed", "processing")::contains).isPresent();
    fixture.execute(
        """
        update request set lane = '%s', state = '%s', started_at = now(), tier_class = 1,
          daemon_id = %s, claim_token = %s, lease_until = %s, finished_at = %s
        where id = '%s'
        """
            .formatted(
                lane,
                state,
                active ? "gen_random_uuid()" : "null",
                active ? "gen_random_uuid()" : "null",
                active ? "now()" : "null",
                state.equals("canceled") ? "now()" : "null",
                id.uuid()));
  }
}
