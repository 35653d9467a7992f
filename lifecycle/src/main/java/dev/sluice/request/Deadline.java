package dev.sluice.request;

import java.time.Duration;
import java.util.function.LongSupplier;

/// A point in time after which nobody waits any more, on a monotonic clock.
///
/// @param endNanos the end, in the units and with the origin of `nanoClock`
/// @param nanoClock usually [System#nanoTime]
public record Deadline(long endNanos, LongSupplier nanoClock) {

  public static Deadline in(Duration remaining, LongSupplier nanoClock) {
    return new Deadline(nanoClock.getAsLong() + remaining.toNanos(), nanoClock);
  }

  public static Deadline in(Duration remaining) {
    return in(remaining, System::nanoTime);
  }

  /// What is left; zero when it has passed, never negative.
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, endNanos - nanoClock.getAsLong()));
  }

  public boolean hasPassed() {
    return endNanos - nanoClock.getAsLong() <= 0;
  }

  /// The smaller of what is left and a limit.
  public Duration atMost(Duration limit) {
    Duration remaining = remaining();
    return remaining.compareTo(limit) < 0 ? remaining : limit;
  }

  /// An earlier end, to leave time for what must still be done after it.
  public Deadline minus(Duration margin) {
    return new Deadline(endNanos - margin.toNanos(), nanoClock);
  }

  /// The earlier of this and another end on the same clock.
  public Deadline orSooner(Duration limit) {
    return remaining().compareTo(limit) <= 0 ? this : in(limit, nanoClock);
  }
}
