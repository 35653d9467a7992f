package dev.sluice.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The time of the database as one run knows it: what its statements answered, and what has passed
/// since on a monotonic clock. A wrong clock of this machine decides nothing.
///
/// Late by the way of an answer, never early. An answer that took longer than the one before it
/// changes nothing; one that is further back than any answer may take is a clock that was set back.
/// Safe for use by several threads.
final class DatabaseClock implements InstantSource {

  private record Reading(Instant now, long atNanos) {

    Instant at(long nanos) {
      return now.plus(Duration.ofNanos(nanos - atNanos));
    }
  }

  /// Above the longest time of a statement.
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(20);

  private final LongSupplier nanoClock;
  private volatile @Nullable Reading last;

  /// @param nanoClock usually [System#nanoTime]
  DatabaseClock(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /// Takes the `now()` of a statement that has just been answered.
  synchronized void heard(Instant now) {
    Reading reading = new Reading(now, nanoClock.getAsLong());
    Reading before = last;
    if (before == null || !isLate(now, before.at(reading.atNanos()))) {
      last = reading;
    }
  }

  private static boolean isLate(Instant now, Instant known) {
    return now.isBefore(known) && now.isAfter(known.minus(LONGEST_ANSWER));
  }

  /// @throws IllegalStateException before the first statement was answered
  @Override
  public Instant instant() {
    Reading reading = last;
    if (reading == null) {
      throw new IllegalStateException("The database has not said what time it is");
    }
    return reading.at(nanoClock.getAsLong());
  }
}
