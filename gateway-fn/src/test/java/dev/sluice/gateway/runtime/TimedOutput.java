package dev.sluice.gateway.runtime;

import dev.sluice.emulators.Signal;
import java.io.OutputStream;

/// Notes when the first byte comes, also again after a restart.
final class TimedOutput extends OutputStream {

  private volatile Signal first = new Signal();
  private volatile long since = System.nanoTime();
  private volatile long took;

  @Override
  public void write(int b) {
    if (!first.fired()) {
      took = System.nanoTime() - since;
      first.fire();
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    write(0);
  }

  /// Waits for the first byte.
  void awaitBytes() {
    first.await(TestingSandbox.SOON);
  }

  /// The next byte is the first one.
  void restart() {
    since = System.nanoTime();
    first = new Signal();
  }

  /// How long the first byte took since the last start.
  long firstNanos() {
    first.await(TestingSandbox.SOON);
    return took;
  }
}
