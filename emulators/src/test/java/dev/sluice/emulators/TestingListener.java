package dev.sluice.emulators;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Remembers what a function's processes did, and lets a test wait for it.
final class TestingListener implements SandboxListener {

  private final LinkedBlockingQueue<Long> started = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<Long> all = new ArrayList<>();

  @Override
  public synchronized void started(String functionName, long pid) {
    all.add(pid);
    started.add(pid);
  }

  @Override
  public void ended(String functionName, long pid, int status) {
    ended.add(pid + " " + status);
  }

  @Override
  public void wrote(String functionName, String line) {
    lines.add(line);
  }

  /// Every process so far.
  synchronized List<Long> all() {
    return List.copyOf(all);
  }

  long awaitStart() throws InterruptedException {
    return await(started);
  }

  /// The next process that ends, as `pid status`.
  String awaitEnd() throws InterruptedException {
    return await(ended);
  }

  void awaitLine(String wanted) throws InterruptedException {
    for (String line = await(lines); !line.contains(wanted); line = await(lines)) {
      // Others may write too.
    }
  }

  private static <T> T await(LinkedBlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(30, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("It did not happen within 30 s");
    }
    return next;
  }
}
