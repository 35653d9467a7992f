package dev.sluice.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The time of the database as one run knows it: what the last statement answered, and what has
/// passed since on a monotonic clock. A wrong clock of this machine decides nothing.
///
/// Late by the way of the last answer, never early. Not safe for use by several threads.
final class DatabaseClock implements InstantSource {

  private record Reading(Instant now, long atNanos) {}

  private final LongSupplier nanoClock;
  private @Nullable Reading last;

  /// @param nanoClock usually [System#nanoTime]
  DatabaseClock(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /// Takes the `now()` of a statement that has just been answered.
  void heard(Instant now) {
    last = new Reading(now, nanoClock.getAsLong());
  }

  /// @throws IllegalStateException before the first statement was answered
  @Override
  public Instant instant() {
    if (last == null) {
      throw new IllegalStateException("The database has not said what time it is");
    }
    return last.now().plus(Duration.ofNanos(nanoClock.getAsLong() - last.atNanos()));
  }
}
