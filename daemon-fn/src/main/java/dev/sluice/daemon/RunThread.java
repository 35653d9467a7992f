package dev.sluice.daemon;

/// A thread that belongs to a run and ends with it. If its work throws, the run hears of it.
final class RunThread {

  private final Thread thread;

  private RunThread(Thread thread) {
    this.thread = thread;
  }

  /// On a platform thread: calls that never pause may keep all carriers of virtual threads busy.
  ///
  /// @param broken told when the work ended by throwing: the run cannot go on without it
  static RunThread start(String name, Runnable work, Failures failures, Runnable broken) {
    Runnable guarded =
        () -> {
          boolean isWhole = false;
          try {
            work.run();
            isWhole = true;
          } catch (RuntimeException e) {
            failures.remember(e);
          } finally {
            if (!isWhole) {
              broken.run();
            }
          }
        };
    return new RunThread(Thread.ofPlatform().daemon().name(name).start(guarded));
  }

  /// Waits for its end. An interrupt ends the wait, and the flag stays set.
  void join() {
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
