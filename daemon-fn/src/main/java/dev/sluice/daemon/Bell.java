package dev.sluice.daemon;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Wakes a thread that waits for something to do. However often it rings meanwhile, it wakes it
/// once. Safe for use by several threads.
final class Bell {

  private final Semaphore rings = new Semaphore(0);

  void ring() {
    rings.release();
  }

  /// Waits until it has rung since the last wait, but no longer than this; an interrupt ends the
  /// wait, and the flag stays set.
  void await(Duration limit) {
    try {
      if (rings.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        var _ = rings.drainPermits();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
