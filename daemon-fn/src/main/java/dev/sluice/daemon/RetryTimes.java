package dev.sluice.daemon;

import java.time.Instant;
import java.util.PriorityQueue;

/// When the retries are due that this run has granted. Safe for use by several threads.
final class RetryTimes {

  private final PriorityQueue<Instant> times = new PriorityQueue<>();

  synchronized void add(Instant due) {
    times.add(due);
  }

  /// Whether one becomes due from now until then; those that are due already are anybody's.
  synchronized boolean isAnyBetween(Instant now, Instant then) {
    while (!times.isEmpty() && times.element().isBefore(now)) {
      var _ = times.remove();
    }
    return !times.isEmpty() && !times.element().isAfter(then);
  }
}
