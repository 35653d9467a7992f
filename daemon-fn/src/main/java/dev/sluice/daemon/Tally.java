package dev.sluice.daemon;

import dev.sluice.request.DaemonRegistry.Done;

/// What a run has done so far. Safe for use by several threads.
final class Tally {

  private Done done = Done.NOTHING;
  private boolean isHeldUp;

  synchronized void add(Done more) {
    done = done.plus(more);
  }

  synchronized Done done() {
    return done;
  }

  /// Something stays that was held up by something else.
  synchronized void heldUp() {
    isHeldUp = true;
  }

  synchronized boolean isHeldUp() {
    return isHeldUp;
  }
}
