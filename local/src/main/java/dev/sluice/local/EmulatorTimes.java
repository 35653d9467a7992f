package dev.sluice.local;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How fast the stack's stand-ins for AWS go: shorter than AWS, so that a person need not wait.
///
/// @param visibility after which a message comes back that a function did not finish
/// @param window how long the event-source mapping collects a batch
/// @param tick how often the daemon is ticked; null for by hand only
public record EmulatorTimes(Duration visibility, Duration window, @Nullable Duration tick) {

  /// What the dev stack uses.
  public static final EmulatorTimes DEV =
      new EmulatorTimes(Duration.ofSeconds(10), Duration.ofMillis(200), Duration.ofSeconds(10));

  /// What the tests use, which tick by hand.
  public static final EmulatorTimes TEST =
      new EmulatorTimes(Duration.ofSeconds(2), Duration.ofMillis(100), null);
}
