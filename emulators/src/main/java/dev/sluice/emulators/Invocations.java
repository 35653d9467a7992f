package dev.sluice.emulators;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The invocations that a trigger has under way, each on a thread of its own. Safe for use by
/// several threads.
///
/// They are platform threads: an interrupt would break the connection that a virtual one reads, and
/// a function that is told to stop may want to finish its statement.
final class Invocations {

  /// How long those that are interrupted may go on: a function in a process of its own has a moment
  /// for last words, and one that holds work puts that back.
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  private final Map<FutureTask<?>, Thread> running = new ConcurrentHashMap<>();

  /// Runs an invocation and waits for its end; one that takes too long is interrupted, and so is
  /// that of a caller who is.
  ///
  /// @throws java.util.concurrent.CancellationException when all were interrupted
  <T extends @Nullable Object> T call(String requestId, Duration timeout, Callable<T> work)
      throws ExecutionException, TimeoutException, InterruptedException {
    FutureTask<T> call = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().daemon().name("invocation-" + requestId).unstarted(call);
    running.put(call, thread);
    thread.start();
    try {
      return call.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | InterruptedException e) {
      call.cancel(true);
      throw e;
    } finally {
      running.remove(call);
    }
  }

  /// Interrupts all that run, and waits for their ends; those that do not end soon are left.
  ///
  /// @return how many were interrupted
  int interrupt() throws InterruptedException {
    Map<FutureTask<?>, Thread> left = Map.copyOf(running);
    left.keySet().forEach(call -> call.cancel(true));
    long end = System.nanoTime() + LAST_WORDS.toNanos();
    for (Thread thread : left.values()) {
      var _ = thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
    return left.size();
  }
}
