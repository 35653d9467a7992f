package dev.sluice.store;

import static dev.sluice.store.Records.id;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.TestingQueue.LEASE;
import static dev.sluice.store.TestingQueue.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ClaimStore.AttemptEnd;
import dev.sluice.request.ClaimStore.Claims;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Move;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.ClaimStore.Page;
import dev.sluice.request.ClaimStore.Start;
import dev.sluice.request.ClaimStore.Started;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Request;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Held;
import dev.sluice.request.Request.Pending;
import dev.sluice.request.Request.Queued;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/// Every arrow of the state diagram against a row in every state. The row bears the attempt and,
/// where its state has one, the token that the arrow names: it is the state alone that decides.
final class ClaimTransitionsTest extends QueueCase {

  private static final Instant AT = Instant.parse("2026-03-01T10:00:00.123456Z");
  private static final Duration TIME = Duration.ofSeconds(4);
  private static final Set<State> HELD = EnumSet.of(State.CLAIMED, State.DISPATCHED);

  /// A state, and what puts a claimed row there.
  private enum State {
    PENDING("state = 'pending', daemon_id = null, claim_token = null, lease_until = null"),
    CLAIMED("state = 'claimed'"),
    DISPATCHED("state = 'processing', started_at = now()"),
    PROXIED(
        """
        state = 'processing', lane = 'gateway', started_at = now(), daemon_id = null,
        claim_token = null, lease_until = null
        """),
    COMPLETED(
        """
        state = 'completed', outcome = 'completed', response_status = 200, finished_at = now(),
        daemon_id = null, claim_token = null, lease_until = null
        """),
    FAILED(
        """
        state = 'failed', failure = '{"type":"worker_lost"}', failure_label = 'worker_lost',
        finished_at = now(), daemon_id = null, claim_token = null, lease_until = null
        """),
    CANCELED(
        """
        state = 'canceled', finished_at = now(), daemon_id = null, claim_token = null,
        lease_until = null
        """);

    final String assignments;

    State(String assignments) {
      this.assignments = assignments;
    }
  }

  /// @param from the states that may take it
  /// @param prepare what else must be true of the row, in SQL
  /// @param act takes the arrow, given what the run holds and the row as it is; answers what the
  ///   row must be then, empty when it was told as stale
  private record Arrow(
      String name,
      Set<State> from,
      String prepare,
      BiFunction<Dispatched, Request, Optional<Request>> act) {}

  @Test
  void anArrowMovesRowsOfItsOwnStatesAndLeavesAllOthersAsTheyAre() {
    for (Arrow arrow : arrows()) {
      for (State state : State.values()) {
        fixture.execute("delete from request_attempt; delete from request");
        Claimed claimed = queue.claimed(1);
        fixture.execute(
            "update request set %s; update request set %s"
                .formatted(state.assignments, arrow.prepare()));
        Request before = find();
        List<String> row = row();
        Instant started =
            before.data().startedAt() == null ? Instant.EPOCH : before.data().startedAt();

        Optional<Request> expected = arrow.act().apply(claimed.start(started), before);

        String pair = arrow.name() + " of " + state;
        assertThat(expected.isPresent()).as(pair).isEqualTo(arrow.from().contains(state));
        if (expected.isPresent()) {
          assertThat(find()).as(pair).isEqualTo(expected.get());
        } else {
          assertThat(row()).as(pair).isEqualTo(row);
        }
      }
    }
  }

  private Request find() {
    return fixture.requests().find(ACCOUNT, id(1)).orElseThrow();
  }

  /// With its place and the transaction that made it: not even rewritten.
  private List<String> row() {
    return fixture.query("select ctid, xmin, to_jsonb(r) from request r");
  }

  private List<Arrow> arrows() {
    return List.of(
        new Arrow("claim", Set.of(State.PENDING), "store = store", (_, row) -> claim(row)),
        new Arrow("start", Set.of(State.CLAIMED), "store = store", (held, row) -> start(held, row)),
        new Arrow(
            "release", Set.of(State.CLAIMED), "store = store", (held, row) -> release(held, row)),
        new Arrow("drain", Set.of(State.DISPATCHED), "store = store", (held, _) -> drain(held)),
        new Arrow(
            "complete",
            Set.of(State.DISPATCHED),
            "store = store",
            (held, _) -> finish(held, held.complete(200, true, null, AT))),
        new Arrow(
            "fail",
            Set.of(State.DISPATCHED),
            "store = store",
            (held, _) ->
                finish(held, held.fail(null, new FailureReason.TimedOut("idle"), null, AT))),
        new Arrow("retry", Set.of(State.DISPATCHED), "store = store", (held, _) -> retry(held)),
        new Arrow("extend", HELD, "store = store", (held, row) -> extend(held, row)),
        new Arrow("check", HELD, "store = store", (held, row) -> check(held, row)),
        new Arrow(
            "expire",
            Set.of(State.PENDING),
            "deadline = now() - interval '1 second'",
            (_, row) -> expire(row)),
        new Arrow(
            "rescue",
            HELD,
            "lease_until = lease_until - interval '1 hour'",
            (_, row) -> rescue(row, 3)),
        new Arrow(
            "rescue for the last time",
            HELD,
            "lease_until = lease_until - interval '1 hour', crashes = 2",
            (_, row) -> rescue(row, 3)),
        new Arrow(
            "cancel",
            EnumSet.of(State.PENDING, State.CLAIMED, State.DISPATCHED),
            "store = store",
            (_, row) -> cancel(row)));
  }

  private Optional<Request> claim(Request row) {
    Claims claims = queue.claim(wanted(9));
    return claims.claimed().stream()
        .findFirst()
        .map(claimed -> ((Pending) row).claim(claimed.claim()));
  }

  private Optional<Request> start(Dispatched held, Request row) {
    Claimed claimed = new Claimed(held.data(), held.schedule(), held.claim());
    Started started = store.start(List.of(new Start(claimed, "one", "m-1")));
    return started.started().isEmpty()
        ? Optional.empty()
        : Optional.of(((Claimed) row).start(started.now()));
  }

  private Optional<Request> release(Dispatched held, Request row) {
    Moved moved = store.release(List.of(new Claimed(held.data(), held.schedule(), held.claim())));
    return moved.isSaved(id(1)) ? Optional.of(((Claimed) row).release()) : Optional.empty();
  }

  private Optional<Request> drain(Dispatched held) {
    Moved moved = store.drain(List.of(held), Map.of());
    return moved.isSaved(id(1)) ? Optional.of(held.drain()) : Optional.empty();
  }

  private Optional<Request> finish(Dispatched held, Request.Finished to) {
    return end(new Ended.Finish(held, to, attempt(), null)) ? Optional.of(to) : Optional.empty();
  }

  private Optional<Request> retry(Dispatched held) {
    Pending to = held.retry(AT);
    return end(new Ended.Retry(held, to, attempt())) ? Optional.of(to) : Optional.empty();
  }

  private boolean end(Ended ended) {
    Moved moved = store.end(List.of(ended));
    assertThat(moved.moves()).containsOnlyKeys(id(1));
    return moved.moves().get(id(1)) == Move.SAVED;
  }

  private static AttemptEnd attempt() {
    return new AttemptEnd("two", "m-2", AT, null, null, "timed_out");
  }

  private Optional<Request> extend(Dispatched held, Request row) {
    return store.extend(List.of(held), LEASE).isSaved(id(1))
        ? Optional.of(withLeaseOf(row, find()))
        : Optional.empty();
  }

  private static Request withLeaseOf(Request row, Request later) {
    return switch (row) {
      case Claimed claimed -> new Claimed(row.data(), claimed.schedule(), ((Held) later).claim());
      case Dispatched sent -> new Dispatched(row.data(), sent.schedule(), ((Held) later).claim());
      default -> throw new IllegalArgumentException("Not held: " + row);
    };
  }

  private Optional<Request> check(Dispatched held, Request row) {
    return store.check(List.of(held)).isSaved(id(1)) ? Optional.of(row) : Optional.empty();
  }

  private Optional<Request> expire(Request row) {
    Page page = store.expire(9, TIME);
    return page.ended().isEmpty()
        ? Optional.empty()
        : Optional.of(((Pending) row).expire(page.now()));
  }

  private Optional<Request> rescue(Request row, int maxCrashes) {
    Page page = store.rescue(9, maxCrashes, TIME);
    return page.size() == 0
        ? Optional.empty()
        : Optional.of(((Held) row).rescue(maxCrashes, page.now()));
  }

  /// Answers the row as it is afterwards, whether it moved it or not.
  private Optional<Request> cancel(Request row) {
    Request after = fixture.requests().cancel(ACCOUNT, id(1)).orElseThrow();
    return row instanceof Queued queued && after instanceof Request.Canceled canceled
        ? Optional.of(queued.cancel(canceled.finishedAt()))
        : Optional.empty();
  }
}
