package dev.sluice.gateway.testing;

import dev.sluice.request.Deadline;
import dev.sluice.request.Pause;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// Time that moves only when a test says so, or when the code under test rests.
public final class TestingTime implements InstantSource, LongSupplier, Pause {

  private final Instant start;
  private final List<Duration> rests = new ArrayList<>();
  private long nanos;

  public TestingTime(Instant start) {
    this.start = start;
  }

  public void advance(Duration duration) {
    nanos += duration.toNanos();
  }

  @Override
  public Instant instant() {
    return start.plusNanos(nanos);
  }

  @Override
  public long getAsLong() {
    return nanos;
  }

  @Override
  public void rest(Duration duration) {
    rests.add(duration);
    advance(duration);
  }

  /// How long the code under test rested, each time.
  public List<Duration> rests() {
    return List.copyOf(rests);
  }

  public Deadline deadlineIn(Duration remaining) {
    return Deadline.in(remaining, this);
  }
}
