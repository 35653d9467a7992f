package dev.sluice.emulators;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Something that happens once and that other threads wait for.
///
/// Safe for use by several threads; firing again changes nothing.
public final class Signal {

  private final CountDownLatch latch = new CountDownLatch(1);

  public void fire() {
    latch.countDown();
  }

  public boolean fired() {
    return latch.getCount() == 0;
  }

  /// Waits for the signal.
  ///
  /// @throws IllegalStateException when it did not fire within the limit, or the thread was
  ///   interrupted (the interrupt flag is set again)
  public void await(Duration limit) {
    if (!firedWithin(limit)) {
      throw new IllegalStateException("The signal did not fire within " + limit);
    }
  }

  /// Waits for the signal without a limit.
  void await() throws InterruptedException {
    latch.await();
  }

  /// Waits for the signal and answers whether it fired; false also when the thread was interrupted
  /// (the interrupt flag is set again).
  public boolean firedWithin(Duration limit) {
    try {
      return latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
