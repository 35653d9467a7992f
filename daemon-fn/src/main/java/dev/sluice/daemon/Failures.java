package dev.sluice.daemon;

import org.jspecify.annotations.Nullable;

/// What went wrong in the threads of a run. Safe for use by several threads.
final class Failures {

  private @Nullable RuntimeException first;

  synchronized void remember(RuntimeException e) {
    if (first == null) {
      first = e;
    } else if (!first.equals(e)) {
      first.addSuppressed(e);
    }
  }

  /// @throws RuntimeException the first, with the others suppressed, if there was any
  synchronized void raise() {
    if (first != null) {
      throw first;
    }
  }
}
