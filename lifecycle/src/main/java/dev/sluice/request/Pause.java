package dev.sluice.request;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waiting, as a port: production lets its thread rest, tests move their clock.
@FunctionalInterface
public interface Pause {

  /// Waits about this long; shorter when the thread is interrupted, whose flag then stays set.
  void rest(Duration duration);

  /// Lets the calling thread rest.
  static Pause ofThread() {
    return duration -> {
      long end = System.nanoTime() + duration.toNanos();
      for (long left = duration.toNanos();
          left > 0 && !Thread.currentThread().isInterrupted();
          left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    };
  }
}
