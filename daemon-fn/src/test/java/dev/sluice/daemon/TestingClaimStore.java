package dev.sluice.daemon;

import dev.sluice.request.Claim;
import dev.sluice.request.ClaimStore;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Held;
import dev.sluice.request.Request.Pending;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Schedule;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A queue in memory whose clock stands still at noon, and which fails where a test says so. Time
/// does not pass in it: rows that wait for a time are due.
final class TestingClaimStore implements ClaimStore {

  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  final List<Pending> pending = new ArrayList<>();
  final Map<ResponseId, Held> held = new LinkedHashMap<>();
  final Map<ResponseId, Ended> ended = new LinkedHashMap<>();
  final List<List<Wanted>> asked = new ArrayList<>();
  final List<Integer> ends = new ArrayList<>();

  /// The attempts that were recorded by [#drain].
  final Map<ResponseId, AttemptEnd> drained = new HashMap<>();

  private long ids;
  private int givenBack;

  /// How often [#end] does not answer.
  int outages;

  /// What does not answer, by the name of its method, and how often.
  final Map<String, Integer> faults = new HashMap<>();

  /// A request whose owner cancels it before it is started.
  @Nullable ResponseId canceled;

  /// What [#start] throws after it has worked.
  @Nullable RuntimeException lostStart;

  /// A request whose end is refused, alone or with others.
  @Nullable ResponseId poison;

  /// Done before it is told whether anything is due.
  Runnable beforeLook = () -> {};

  synchronized ResponseId add(String model, @Nullable Instant deadline) {
    ResponseId id = new ResponseId(new UUID(7, ++ids));
    RequestData data =
        new RequestData(
            id,
            new UUID(2, 2),
            "key00001",
            Endpoint.RESPONSES,
            model,
            ServiceTier.FLEX,
            false,
            true,
            true,
            NOON,
            NOON,
            null,
            false,
            false);
    pending.add(new Pending(data, Schedule.fresh(deadline)));
    return id;
  }

  /// A request that was put back, and is due.
  synchronized ResponseId addDelayed(String model) {
    ResponseId id = add(model, null);
    Pending fresh = pending.removeLast();
    pending.add(new Pending(fresh.data(), new Schedule(1, 0, NOON, null)));
    return id;
  }

  private void fault(String method) {
    int left = faults.getOrDefault(method, 0);
    if (left > 0) {
      faults.put(method, left - 1);
      throw new IllegalStateException(method + " is refused");
    }
  }

  @Override
  public synchronized Claims claim(UUID daemonId, List<Wanted> wanted, Duration lease) {
    fault("claim");
    asked.add(List.copyOf(wanted));
    List<Claimed> claimed = new ArrayList<>();
    for (Wanted want : wanted) {
      int left = want.free();
      int retries = want.retries();
      for (Iterator<Pending> rows = pending.iterator(); rows.hasNext() && left > 0; ) {
        Pending row = rows.next();
        boolean isRetry = row.schedule().notBefore() != null;
        if (row.data().model().equals(want.model()) && (!isRetry || retries > 0)) {
          retries -= isRetry ? 1 : 0;
          rows.remove();
          claimed.add(row.claim(new Claim(daemonId, new UUID(3, asked.size()), NOON.plus(lease))));
          left--;
        }
      }
    }
    claimed.forEach(row -> held.put(row.data().id(), row));
    return new Claims(claimed, NOON);
  }

  /// The lease of a held row is over, and it is taken from its run.
  synchronized void takeBack(ResponseId id) {
    Held row = held.remove(id);
    if (row != null) {
      pending.add(new Pending(row.data(), row.schedule()));
    }
  }

  /// Waits until so many rows were given back, while the queue was empty before.
  synchronized void awaitGivenBack(int count) throws InterruptedException {
    while (givenBack < count) {
      wait();
    }
  }

  @Override
  public boolean isAnythingDue(Set<String> models) {
    beforeLook.run();
    synchronized (this) {
      return !pending.isEmpty();
    }
  }

  @Override
  public synchronized Started start(List<Start> starts) {
    fault("start");
    if (canceled != null) {
      var _ = held.remove(canceled);
    }
    List<Work> works = new ArrayList<>();
    for (Start start : starts) {
      Dispatched dispatched = start.request().start(NOON);
      if (held.replace(dispatched.data().id(), dispatched) != null) {
        works.add(new Work(dispatched, null, null, ""));
      }
    }
    RuntimeException thrown = lostStart;
    if (thrown != null) {
      throw thrown;
    }
    return new Started(works, NOON);
  }

  @Override
  public synchronized Moved release(List<Claimed> rows) {
    fault("release");
    List<Claimed> claimed =
        rows.stream().filter(row -> isHeld(row) && held.containsValue(row)).toList();
    claimed.forEach(row -> pending.add(row.release()));
    givenBack += claimed.size();
    notifyAll();
    return gone(claimed);
  }

  @Override
  public synchronized Moved drain(List<Dispatched> rows, Map<ResponseId, AttemptEnd> attempts) {
    fault("drain");
    drained.putAll(attempts);
    List<Dispatched> running =
        rows.stream()
            .filter(row -> isHeld(row) && held.get(row.data().id()) instanceof Dispatched)
            .toList();
    running.forEach(row -> pending.add(row.drain()));
    return gone(running);
  }

  @Override
  public synchronized Moved end(List<Ended> all) {
    if (outages > 0) {
      outages--;
      throw new StoreUnavailableException("away", new IllegalStateException("away"));
    }
    if (all.stream().anyMatch(one -> one.from().data().id().equals(poison))) {
      throw new IllegalStateException("refused");
    }
    ends.add(all.size());
    Moved moved = gone(all.stream().map(Ended::from).toList());
    for (Ended one : all) {
      if (moved.isSaved(one.from().data().id())) {
        ended.put(one.from().data().id(), one);
        if (one instanceof Ended.Retry retry) {
          pending.add(retry.to());
        }
      }
    }
    return moved;
  }

  private boolean isHeld(Held row) {
    Held now = held.get(row.data().id());
    return now != null && now.claim().token().equals(row.claim().token());
  }

  private Moved gone(List<? extends Held> rows) {
    Map<ResponseId, Move> moves = new HashMap<>();
    for (Held row : rows) {
      ResponseId id = row.data().id();
      boolean isOurs = isHeld(row);
      moves.put(id, isOurs ? Move.SAVED : Move.STALE);
      if (isOurs) {
        var _ = held.remove(id);
      }
    }
    return new Moved(moves, NOON);
  }

  @Override
  public Moved extend(List<? extends Held> rows, Duration lease) {
    return check(rows);
  }

  @Override
  public synchronized Moved check(List<? extends Held> rows) {
    Map<ResponseId, Move> moves = new HashMap<>();
    for (Held row : rows) {
      moves.put(row.data().id(), isHeld(row) ? Move.SAVED : Move.STALE);
    }
    return new Moved(moves, NOON);
  }

  @Override
  public Page expire(int limit, Duration within) {
    return new Page(List.of(), List.of(), NOON);
  }

  @Override
  public Page rescue(int limit, int maxCrashes, Duration within) {
    return new Page(List.of(), List.of(), NOON);
  }
}
