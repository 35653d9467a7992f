package dev.sluice.store;

import static dev.sluice.store.Records.id;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.TestingQueue.LEASE;
import static dev.sluice.store.TestingQueue.MODEL;
import static dev.sluice.store.TestingQueue.OTHER_RUN;
import static dev.sluice.store.TestingQueue.RUN;
import static dev.sluice.store.TestingQueue.attempt;
import static dev.sluice.store.TestingQueue.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.completion.RecordBody;
import dev.sluice.request.ClaimStore;
import dev.sluice.request.ClaimStore.Claims;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Move;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.ClaimStore.Start;
import dev.sluice.request.ClaimStore.Started;
import dev.sluice.request.ClaimStore.Wanted;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Request;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.StoredBody;
import dev.sluice.request.Usage;
import dev.sluice.store.TestingQueue.Row;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What each arrow does to rows.
final class PostgresClaimStoreTest extends QueueCase {

  private Request find(long number) {
    return fixture.requests().find(ACCOUNT, id(number)).orElseThrow();
  }

  @Test
  void aClaimCountsTheAttemptAndHasATokenOfItsOwn() {
    queue.add(Row.flex(1), Row.flex(2));

    Claims claims = queue.claim(wanted(10));

    assertThat(claims.claimed()).isEqualTo(List.of(find(1), find(2)));
    Claimed first = claims.claimed().getFirst();
    assertThat(first.schedule().attempt()).isEqualTo(1);
    assertThat(first.claim().daemonId()).isEqualTo(RUN);
    assertThat(first.claim().leaseUntil())
        .isBetween(claims.now().plus(LEASE).minusSeconds(1), claims.now().plus(LEASE));
    assertThat(first.claim().token()).isNotEqualTo(claims.claimed().getLast().claim().token());
    assertThat(queue.claim(wanted(10)).claimed()).isEmpty();
  }

  @Test
  void aStartEntersTheAttemptAndBringsWhatTheCallNeeds() {
    Claimed claimed = queue.claimed(1);
    RecordBody.Inline body = Records.body("{\"input\":\"hi\"}");
    fixture.execute(
        """
        insert into request_body (request_id, account_id, bytes, encoding, content_type, length,
          sha256)
        values ('%s', '%s', '\\x%s', 'gzip', 'application/json', %d, '%s')
        """
            .formatted(
                id(1).uuid(),
                ACCOUNT,
                HexFormat.of().formatHex(body.bytes()),
                body.length(),
                body.sha256()));
    fixture.execute("update request set previous_id = '%s'".formatted(id(77).uuid()));

    Started started = store.start(List.of(new Start(claimed, "one", "m-1")));

    ClaimStore.Work work = started.started().getFirst();
    assertThat(work.request()).isEqualTo(claimed.start(started.now())).isEqualTo(find(1));
    assertThat(work.previousId()).isEqualTo(id(77));
    assertThat(work.traceId()).isEqualTo("trace-1");
    assertThat(work.body())
        .extracting(StoredBody::decoded)
        .isEqualTo("{\"input\":\"hi\"}".getBytes(StandardCharsets.UTF_8));
    assertThat(
            fixture.query(
                """
                select a.attempt_id = r.claim_token, a.attempt, a.daemon_id = r.daemon_id,
                  a.upstream, a.upstream_model, a.started_at = r.started_at, a.finished_at
                from request_attempt a join request r on r.id = a.request_id
                """))
        .containsExactly("t|1|t|one|m-1|t|-");
  }

  @Test
  void aRequestWhoseBodyIsGoneStartsWithoutOne() {
    assertThat(queue.start(List.of(queue.claimed(1))).getFirst().body()).isNull();
  }

  @Test
  void aReleaseGivesTheAttemptBack() {
    Claimed claimed = queue.claimed(1);

    Moved moved = store.release(List.of(claimed));

    assertThat(moved.moves()).containsExactly(Map.entry(id(1), Move.SAVED));
    assertThat(find(1)).isEqualTo(claimed.release());
    assertThat(queue.column(1, "not_before")).isEqualTo("-");
    assertThat(queue.claim(wanted(1)).claimed().getFirst().schedule().attempt()).isEqualTo(1);
  }

  @Test
  void aDrainedRequestIsDueAtOnceAndItsAttemptIsToldAsDrained() {
    Dispatched known = queue.dispatched(1);
    Dispatched unknown = queue.dispatched(2);

    Moved moved =
        store.drain(
            List.of(known, unknown), Map.of(id(1), attempt(Instant.EPOCH, 200, "call_lost")));

    assertThat(moved.isSaved(id(1)) && moved.isSaved(id(2))).isTrue();
    assertThat(find(1)).isEqualTo(known.drain());
    assertThat(find(2)).isEqualTo(unknown.drain());
    assertThat(attempts())
        .containsExactly("two|m-2|200|drained|5|1970-01-01", "one|m-1|-|drained|-|today");
    assertThat(queue.claim(wanted(9)).claimed())
        .extracting(again -> again.schedule().attempt())
        .containsExactly(2, 2);
  }

  /// A planned stop gives hundreds of rows back, none of which its upstream has refused.
  @Test
  void aDrainedRequestIsNoRetryUnlessItWasOne() {
    Instant earlier = Instant.parse("2026-03-01T10:00:00Z");
    queue.add(Row.flex(1), Row.flex(2).delayedTo("'" + earlier + "'"));
    List<Dispatched> held =
        queue.start(queue.claim(wanted(2)).claimed()).stream().map(Work::request).toList();

    assertThat(store.drain(held, Map.of()).moves().values()).containsOnly(Move.SAVED);

    assertThat(queue.claim(new Wanted(MODEL, 9, 9, 0)).claimed())
        .extracting(again -> again.data().id(), again -> again.schedule().notBefore())
        .containsExactly(tuple(id(1), null));
    assertThat(queue.claim(wanted(9)).claimed())
        .extracting(again -> again.data().id(), again -> again.schedule().notBefore())
        .containsExactly(tuple(id(2), earlier));
  }

  @Test
  void aMixedSetEndsEachRowAsItIsTold() {
    Dispatched completed = queue.dispatched(1);
    Dispatched cut = queue.dispatched(2);
    Dispatched failed = queue.dispatched(3);
    Dispatched again = queue.dispatched(4);
    Dispatched lost = queue.dispatched(5);
    Instant at = Instant.parse("2026-03-01T10:00:00.123456Z");
    Ended.Finish end = finish(completed, completed.complete(200, false, usage(), at));
    Ended.Finish cutEnd = finish(cut, cut.complete(201, true, null, at));
    Ended.Finish failure = finish(failed, failed.fail(400, strange(), usage(), at));
    Ended.Retry retry =
        new Ended.Retry(again, again.retry(at), attempt(at, 503, "retriable_status"));

    Moved moved =
        store.end(
            List.of(
                failure, end, retry, cutEnd, new Ended.Lost(lost, attempt(at, 200, "canceled"))));

    assertThat(moved.moves())
        .isEqualTo(
            Map.of(
                id(1), Move.SAVED,
                id(2), Move.SAVED,
                id(3), Move.SAVED,
                id(4), Move.SAVED,
                id(5), Move.STALE));
    assertThat(find(1)).isEqualTo(end.to());
    assertThat(find(2)).isEqualTo(cutEnd.to());
    assertThat(find(3)).isEqualTo(failure.to());
    assertThat(find(4)).isEqualTo(retry.to());
    assertThat(find(5)).isEqualTo(lost);
    assertThat(fixture.query("select request_id from response_body order by request_id"))
        .containsExactly(id(1).uuid().toString(), id(2).uuid().toString(), id(3).uuid().toString());
    assertThat(fixture.query("select count(*) from request_attempt where finished_at is not null"))
        .containsExactly("5");
  }

  /// What no text column takes as it is.
  private static FailureReason strange() {
    return new FailureReason.NonRetriableStatus(400, "a\0b\ud800c\"\\");
  }

  private static Usage usage() {
    return new Usage(9, 8, 7, 6);
  }

  private static Ended.Finish finish(Dispatched from, Request.Finished to) {
    RecordBody.Inline body = Records.body("answer to " + from.data().id());
    return new Ended.Finish(
        from,
        to,
        attempt(to.finishedAt(), 200, null),
        new StoredBody(
            body.bytes(), body.encoding(), body.contentType(), body.length(), body.sha256()));
  }

  @Test
  void aTombstoneAndARequestThatIsNotStoredKeepNoBody() {
    Dispatched first = queue.dispatched(1);
    Dispatched second = queue.dispatched(2);
    fixture.execute(
        "update request set deleted_at = now() where id = '%s'".formatted(id(1).uuid()));
    fixture.execute("update request set store = false where id = '%s'".formatted(id(2).uuid()));
    Instant at = Instant.EPOCH;

    Moved moved =
        store.end(
            List.of(
                finish(first, first.complete(200, false, usage(), at)),
                finish(second, second.complete(200, false, usage(), at))));

    assertThat(moved.isSaved(id(1)) && moved.isSaved(id(2))).isTrue();
    assertThat(fixture.count("response_body")).isZero();
    assertThat(queue.column(1, "input_tokens")).isEqualTo("9");
  }

  @Test
  void aRequestThatWasCanceledMeanwhileStaysSoAndTellsItsCost() {
    Dispatched first = queue.dispatched(1);
    Dispatched second = queue.dispatched(2);
    assertThat(fixture.requests().cancel(ACCOUNT, id(1))).isPresent();
    assertThat(fixture.requests().cancel(ACCOUNT, id(2))).isPresent();

    Moved moved =
        store.end(
            List.of(
                new Ended.Lost(first, attempt(Instant.EPOCH, 200, "canceled")),
                finish(second, second.complete(200, false, usage(), Instant.EPOCH))));

    assertThat(moved.moves().values()).containsOnly(Move.STALE);
    for (long number : List.of(1L, 2L)) {
      assertThat(find(number))
          .isInstanceOfSatisfying(
              Request.Canceled.class,
              canceled -> assertThat(canceled.usage()).isEqualTo(new Usage(5, 4, 3, 2)));
    }
    assertThat(fixture.count("response_body")).isZero();
    assertThat(attempts())
        .containsExactly(
            "two|m-2|200|canceled|5|1970-01-01", "two|m-2|200|superseded|5|1970-01-01");
  }

  @Test
  void aCanceledCallHasEndedEvenWhenItsRunIsKilledBeforeItNotices() {
    var _ = queue.dispatched(1);
    var _ = queue.dispatched(2);

    assertThat(fixture.requests().cancel(ACCOUNT, id(1))).isPresent();
    assertThat(fixture.requests().delete(ACCOUNT, id(2))).isTrue();

    assertThat(
            fixture.query(
                "select error from request_attempt where finished_at = (select finished_at from"
                    + " request where id = request_id) order by request_id"))
        .containsExactly("canceled", "canceled");
  }

  @Test
  void theCostOfAnEarlierAttemptIsNotThatOfACanceledOne() {
    Dispatched stale = queue.dispatched(1);
    takeOver();
    assertThat(fixture.requests().cancel(ACCOUNT, id(1))).isPresent();

    assertThat(
            store
                .end(List.of(new Ended.Lost(stale, attempt(Instant.EPOCH, 200, "canceled"))))
                .isSaved(id(1)))
        .isFalse();

    assertThat(queue.column(1, "input_tokens")).isEqualTo("-");
  }

  @Test
  void whatATakenOverRunStillWritesIsItsAttemptAlone() {
    Dispatched stale = queue.dispatched(1);
    Claimed owner = takeOver();
    Request before = find(1);
    Instant at = Instant.EPOCH;

    assertThat(store.extend(List.of(stale), LEASE).isSaved(id(1))).isFalse();
    assertThat(store.check(List.of(stale)).isSaved(id(1))).isFalse();
    assertThat(store.drain(List.of(stale), Map.of()).isSaved(id(1))).isFalse();
    assertThat(
            store
                .end(List.of(finish(stale, stale.complete(200, false, usage(), at))))
                .isSaved(id(1)))
        .isFalse();

    assertThat(find(1)).isEqualTo(before).isEqualTo(owner);
    assertThat(fixture.count("response_body")).isZero();
    assertThat(attempts()).containsExactly("two|m-2|200|superseded|5|1970-01-01");
    assertThat(store.release(List.of(owner)).isSaved(id(1))).isTrue();
  }

  /// The lease ends, the row is rescued, and another run claims it.
  private Claimed takeOver() {
    fixture.execute("update request set lease_until = now() - interval '1 second'");
    assertThat(store.rescue(10, 3, Duration.ofSeconds(4)).requeued()).containsExactly(id(1));
    return store.claim(OTHER_RUN, List.of(wanted(1)), LEASE).claimed().getFirst();
  }

  @Test
  void aRepeatOfAnEndWhoseAnswerWasLostChangesNothing() {
    Dispatched request = queue.dispatched(1);
    List<Ended> end =
        List.of(finish(request, request.complete(200, false, usage(), Instant.EPOCH)));
    assertThat(store.end(end).isSaved(id(1))).isTrue();
    List<String> before = fixture.everything();

    assertThat(store.end(end).isSaved(id(1))).isFalse();

    assertThat(fixture.everything()).isEqualTo(before);
    assertThat(attempts()).containsExactly("two|m-2|200|-|5|1970-01-01");
  }

  @Test
  void anAttemptWhoseRowIsGoneIsEnteredAtItsEnd() {
    Dispatched request = queue.dispatched(1);
    fixture.execute("delete from request_attempt");

    store.end(List.of(finish(request, request.complete(200, false, null, Instant.EPOCH))));

    assertThat(attempts()).containsExactly("two|m-2|200|-|5|1970-01-01");
    assertThat(fixture.query("select attempt_id, daemon_id from request_attempt"))
        .containsExactly(request.claim().token() + "|" + RUN);
  }

  @Test
  void anExtensionMovesTheLeaseOfWhatIsHeldAndNothingElse() {
    Claimed claimed = queue.claimed(1);
    Dispatched dispatched = queue.dispatched(2);
    Dispatched canceled = queue.dispatched(3);
    assertThat(fixture.requests().cancel(ACCOUNT, id(3))).isPresent();

    Moved moved = store.extend(List.of(dispatched, canceled, claimed), Duration.ofMinutes(5));

    assertThat(moved.moves())
        .isEqualTo(Map.of(id(1), Move.SAVED, id(2), Move.SAVED, id(3), Move.STALE));
    assertThat(
            fixture.query(
                "select lease_until = '%s' from request where state <> 'canceled'"
                    .formatted(moved.now().plusSeconds(300))))
        .containsExactly("t", "t");
    assertThat(store.check(List.of(dispatched, canceled, claimed)).moves())
        .isEqualTo(moved.moves());
  }

  @Test
  void nothingToDoStillTellsTheTime() {
    Instant now = store.claim(RUN, List.of(), LEASE).now();

    assertThat(store.start(List.of()).now()).isAfter(now);
    assertThat(store.end(List.of()).now()).isAfter(now);
    assertThat(store.release(List.of()).now()).isAfter(now);
    assertThat(store.drain(List.of(), Map.of()).now()).isAfter(now);
    assertThat(store.extend(List.of(), LEASE).now()).isAfter(now);
    assertThat(store.check(List.of()).now()).isAfter(now);
  }

  private List<String> attempts() {
    return fixture.query(
        """
        select upstream, upstream_model, status, error, input_tokens,
          case when finished_at > now() - interval '1 minute' then 'today'
            else (finished_at at time zone 'UTC')::date::text end
        from request_attempt order by request_id
        """);
  }
}
