package dev.sluice.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// What clients saw, kept outside of everything that may be killed. Safe for use by several
/// threads.
final class Ledger {

  /// One call and what became of it for its client.
  record Entry(LoadCall call, Sighting sighting) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final List<Entry> entries = new ArrayList<>();

  void add(LoadCall call, Sighting sighting) {
    lock.lock();
    try {
      entries.add(new Entry(call, sighting));
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// In the order in which the calls ended.
  List<Entry> entries() {
    lock.lock();
    try {
      return List.copyOf(entries);
    } finally {
      lock.unlock();
    }
  }

  /// How many calls ended so.
  long count(Predicate<Sighting> ending) {
    return entries().stream().map(Entry::sighting).filter(ending).count();
  }

  /// Waits until so many calls have ended since the beginning.
  void await(int calls, Duration limit) {
    awaitMore(calls - entries().size(), limit);
  }

  /// Waits until so many more calls have ended, in whatever way.
  void awaitMore(int calls, Duration limit) {
    awaitMore(calls, _ -> true, limit);
  }

  /// Waits until so many more calls have ended so.
  void awaitMore(int calls, Predicate<Sighting> ending, Duration limit) {
    long left = limit.toNanos();
    lock.lock();
    try {
      int seen = entries.size();
      int missing = calls;
      while (missing > 0) {
        if (left <= 0) {
          throw new AssertionError("%d calls of %d within %s".formatted(missing, calls, limit));
        }
        left = grown.awaitNanos(left);
        for (; seen < entries.size(); seen++) {
          missing -= ending.test(entries.get(seen).sighting()) ? 1 : 0;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while calls were awaited", e);
    } finally {
      lock.unlock();
    }
  }
}
