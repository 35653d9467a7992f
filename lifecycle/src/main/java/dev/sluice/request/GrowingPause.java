package dev.sluice.request;

import java.time.Duration;

/// How long to rest before something is asked again: 50 ms, and each time twice as long as the time
/// before, up to a longest rest. For use by one thread.
public final class GrowingPause {

  private static final Duration FIRST = Duration.ofMillis(50);

  private final Duration longest;
  private Duration next = FIRST;

  /// @param longest at least 50 ms
  public GrowingPause(Duration longest) {
    this.longest = longest;
  }

  /// The rest that is due now; the one after it is longer.
  public Duration next() {
    Duration now = next;
    Duration doubled = now.multipliedBy(2);
    next = doubled.compareTo(longest) < 0 ? doubled : longest;
    return now;
  }
}
