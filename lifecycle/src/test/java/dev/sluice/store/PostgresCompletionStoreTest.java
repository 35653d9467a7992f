package dev.sluice.store;

import static dev.sluice.store.Records.LATER;
import static dev.sluice.store.Records.STARTED;
import static dev.sluice.store.Records.continuing;
import static dev.sluice.store.Records.deliveries;
import static dev.sluice.store.Records.delivery;
import static dev.sluice.store.Records.failed;
import static dev.sluice.store.Records.finished;
import static dev.sluice.store.Records.head;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.Records.started;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.StoreFixture.OTHER_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.completion.CompletionStore.Delivery;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.Request;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Usage;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PostgresCompletionStoreTest extends DatabaseCase {

  @Test
  void aStartedAndAFinishedRecordMakeOneCompletedRow() {
    persist(started(id(1)), finished(id(1)));

    Request request = fixture.requests().find(ACCOUNT, id(1)).orElseThrow();

    assertThat(request)
        .isInstanceOfSatisfying(
            Request.Completed.class,
            completed -> {
              assertThat(completed.status()).isEqualTo(200);
              assertThat(completed.incomplete()).isFalse();
              assertThat(completed.usage()).isEqualTo(new Usage(11, 7, 3, 2));
              assertThat(completed.timeToFirstByteMillis()).isEqualTo(212);
              assertThat(completed.finishedAt()).isEqualTo(Records.STARTED.plusSeconds(3));
              assertThat(completed.data().createdAt()).isEqualTo(Records.STARTED);
              assertThat(completed.data().startedAt()).isEqualTo(Records.STARTED);
              assertThat(completed.data().stream()).isTrue();
            });
    assertThat(text(fixture.requests().requestBody(ACCOUNT, id(1)).orElseThrow().decoded()))
        .isEqualTo("request of " + id(1));
    assertThat(text(fixture.requests().responseBody(ACCOUNT, id(1)).orElseThrow().decoded()))
        .isEqualTo("response of " + id(1));
    assertThat(text(fixture.requests().events(ACCOUNT, id(1)).orElseThrow().decoded()))
        .isEqualTo("events of " + id(1));
    assertThat(fixture.requests().attempts(ACCOUNT, id(1)))
        .extracting(attempt -> attempt.upstream() + " " + attempt.status() + " " + attempt.error())
        .containsExactly("upstream-1 503 retriable_status", "upstream-2 200 null");
    assertThat(total(Metric.COMPLETION_RECORDS_STORED)).isEqualTo(2);
  }

  @Test
  void everyOrderOfTwoStartedAndTwoFinishedRecordsMakesTheSameRow() {
    persist(started(id(1)), finished(id(1)));
    List<String> expected = fixture.everything();
    assertThat(expected).hasSize(6);

    for (List<CompletionRecord> order : orders(id(1))) {
      fixture.execute("truncate request cascade");
      order.forEach(this::persist);
      assertThat(fixture.everything()).as("one by one: %s", order).isEqualTo(expected);

      fixture.execute("truncate request cascade");
      persist(order.toArray(CompletionRecord[]::new));
      assertThat(fixture.everything()).as("in one batch: %s", order).isEqualTo(expected);

      fixture.execute("truncate request cascade");
      persist(order.get(0), order.get(1));
      persist(order.get(2), order.get(3));
      assertThat(fixture.everything()).as("in two batches: %s", order).isEqualTo(expected);
    }
  }

  @Test
  void eitherRecordTellsWhichResponseItContinues() {
    persist(started(continuing(head(id(2), ACCOUNT), id(1))));
    persist(finished(continuing(head(id(3), ACCOUNT), id(2))));
    persist(finished(continuing(head(id(2), ACCOUNT), id(1))));

    assertThat(fixture.query("select previous_id from request order by id"))
        .containsExactly(id(1).uuid().toString(), id(2).uuid().toString());
  }

  /// The six distinct orders of {S, S, F, F}.
  private static List<List<CompletionRecord>> orders(ResponseId id) {
    List<List<CompletionRecord>> orders = new ArrayList<>();
    for (int first = 0; first < 4; first++) {
      for (int second = first + 1; second < 4; second++) {
        List<CompletionRecord> order = new ArrayList<>();
        for (int position = 0; position < 4; position++) {
          order.add(position == first || position == second ? started(id) : finished(id));
        }
        orders.add(List.copyOf(order));
      }
    }
    assertThat(orders).hasSize(6).doesNotHaveDuplicates();
    return orders;
  }

  @Test
  void aTerminalRowIsNeverRewritten() {
    Head head = head(id(1), ACCOUNT);
    FinishedRecord failure = failed(head, new FailureReason.TimedOut("idle"));
    persist(started(id(1)), failure);
    List<String> row = fixture.query("select to_jsonb(r) from request r");

    persist(finished(id(1)));

    assertThat(fixture.query("select to_jsonb(r) from request r")).isEqualTo(row);
    assertThat(fixture.requests().find(ACCOUNT, id(1)).orElseThrow())
        .isInstanceOfSatisfying(
            Request.Failed.class,
            failed -> assertThat(failed.reason()).isEqualTo(new FailureReason.TimedOut("idle")));
    assertThat(text(fixture.requests().responseBody(ACCOUNT, id(1)).orElseThrow().decoded()))
        .isEqualTo("error of " + id(1));
  }

  @Test
  void aRecordThatCameAfterTheEndAddsNoBody() {
    FinishedRecord failure =
        new FinishedRecord(
            head(id(1), ACCOUNT),
            Outcome.FAILED,
            null,
            new FailureReason.TimedOut("first_byte"),
            false,
            null,
            STARTED,
            null,
            List.of(),
            null,
            null);
    persist(started(id(1)), failure);

    persist(finished(id(1)));

    assertThat(fixture.requests().responseBody(ACCOUNT, id(1))).isEmpty();
    assertThat(fixture.requests().events(ACCOUNT, id(1))).isEmpty();
    assertThat(fixture.requests().requestBody(ACCOUNT, id(1))).isPresent();
  }

  @Test
  void gatewayLostGivesWayToTheRealRecord() {
    persist(finished(id(1)), started(id(1)));
    List<String> expected = fixture.everything();
    fixture.execute("truncate request cascade");
    persist(started(id(1)));
    fixture.execute(
        """
        update request set state = 'failed', finished_at = now(), failure_label = 'gateway_lost',
          failure = '{"type":"gateway_lost"}'
        """);
    assertThat(fixture.requests().find(ACCOUNT, id(1)).orElseThrow())
        .isInstanceOfSatisfying(
            Request.Failed.class,
            failed -> assertThat(failed.reason()).isEqualTo(new FailureReason.GatewayLost()));

    persist(started(id(1)));
    assertThat(total(Metric.GATEWAY_LOST_REPAIRED)).as("by a started record").isZero();
    persist(finished(id(1)));
    persist(finished(id(1)));

    assertThat(fixture.everything()).isEqualTo(expected);
    assertThat(total(Metric.GATEWAY_LOST_REPAIRED)).isEqualTo(1);
  }

  @Test
  void aRowDeletedBeforeItsEndIsEndedButGetsNoBodies() {
    persist(started(id(1)));
    assertThat(fixture.requests().delete(ACCOUNT, id(1))).isTrue();

    persist(finished(id(1)), started(id(1)));

    assertThat(fixture.requests().find(ACCOUNT, id(1)).orElseThrow())
        .isInstanceOfSatisfying(
            Request.Completed.class,
            completed -> {
              assertThat(completed.data().deleted()).isTrue();
              assertThat(completed.usage()).isNotNull();
            });
    assertThat(fixture.count("request_body")).isZero();
    assertThat(fixture.count("response_body")).isZero();
    assertThat(fixture.count("response_event")).isZero();
    assertThat(fixture.count("request_attempt")).isEqualTo(2);
  }

  @Test
  void aRequestThatIsNotToBeStoredHasNoBodies() {
    Head head = head(id(1), ACCOUNT);
    Head unstored =
        new Head(
            head.eventId(),
            head.requestId(),
            head.accountId(),
            head.apiKeyId(),
            head.occurredAt(),
            head.endpoint(),
            head.model(),
            head.tier(),
            head.stream(),
            head.background(),
            false,
            head.startedAt(),
            head.traceId(),
            head.previousId());

    persist(started(unstored), finished(unstored));

    assertThat(fixture.count("request")).isEqualTo(1);
    assertThat(fixture.count("request_body")).isZero();
    assertThat(fixture.count("response_body")).isZero();
    assertThat(fixture.count("response_event")).isZero();
  }

  @Test
  void aFailureKeepsItsReasonAlsoWithNulAndUnpairedSurrogates() {
    FailureReason reason = new FailureReason.NonRetriableStatus(400, "a\0b \ud800 ü");

    persist(failed(head(id(1), ACCOUNT), reason));

    assertThat(fixture.requests().find(ACCOUNT, id(1)).orElseThrow())
        .isInstanceOfSatisfying(
            Request.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(reason);
              assertThat(failed.status()).isEqualTo(502);
              assertThat(failed.data().clientDisconnected()).isTrue();
            });
    assertThat(fixture.query("select failure_label from request"))
        .containsExactly("non_retriable_status");
  }

  @Test
  void aRecordOfAnotherAccountGoesToQuarantineAndChangesNothing() {
    persist(started(id(1)));
    List<String> before = fixture.everything();
    StartedRecord forgedStart = started(head(id(1), OTHER_ACCOUNT));
    FinishedRecord forgedEnd = finished(head(id(1), OTHER_ACCOUNT));

    persist(forgedEnd, forgedStart);
    persist(forgedEnd);

    assertThat(fixture.everything()).isEqualTo(before);
    assertThat(
            fixture.query(
                "select reason, account_id, convert_from(message, 'utf8') from quarantine"))
        .containsExactlyInAnyOrder(
            "account_mismatch|" + OTHER_ACCOUNT + "|" + delivery(forgedStart).message(),
            "account_mismatch|" + OTHER_ACCOUNT + "|" + delivery(forgedEnd).message());
    assertThat(fixture.metrics.snapshot())
        .containsKey(
            new MetricSeries.Key(Metric.COMPLETION_QUARANTINED, List.of("account_mismatch")));
  }

  @Test
  void twoAccountsThatClaimOneIdInOneBatchDoNotHideEachOther() {
    persist(started(id(1)));

    persist(
        finished(head(id(1), OTHER_ACCOUNT)), finished(id(1)), started(head(id(2), OTHER_ACCOUNT)));

    assertThat(fixture.requests().find(ACCOUNT, id(1)).orElseThrow())
        .isInstanceOf(Request.Completed.class);
    assertThat(fixture.requests().find(OTHER_ACCOUNT, id(2))).isPresent();
    assertThat(fixture.query("select reason from quarantine")).containsExactly("account_mismatch");
  }

  @Test
  void aHopelessMessageIsQuarantinedOnceAndItsNeighboursAreStored() {
    Delivery hopeless = new Delivery.Hopeless("{\"schema_version\":1}", "incomplete_record");
    List<Delivery> batch = List.of(delivery(started(id(1))), hopeless, hopeless);

    assertThat(fixture.completions().persist(batch, LATER)).isEmpty();
    assertThat(fixture.completions().persist(batch, LATER)).isEmpty();

    assertThat(
            fixture.query(
                """
                select reason, account_id, encode(sha256, 'hex') = encode(sha256(message), 'hex'),
                  convert_from(message, 'utf8')
                from quarantine
                """))
        .containsExactly("incomplete_record|-|t|{\"schema_version\":1}");
    assertThat(fixture.count("request")).isEqualTo(1);
  }

  @Test
  void withoutTimeNothingIsDoneAndEverythingIsReported() {
    Deadline passed = Deadline.in(Duration.ZERO);

    Set<Integer> undone =
        fixture.completions().persist(deliveries(List.of(started(id(1)), started(id(2)))), passed);

    assertThat(undone).containsExactlyInAnyOrder(0, 1);
    assertThat(fixture.count("request")).isZero();
    assertThat(fixture.completions().persist(List.of(), LATER)).isEmpty();
  }

  private double total(Metric metric) {
    MetricSeries.Total total =
        fixture.metrics.snapshot().get(new MetricSeries.Key(metric, List.of()));
    return total == null ? 0 : total.sum();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
