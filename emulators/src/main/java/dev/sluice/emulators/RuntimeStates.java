package dev.sluice.emulators;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Where one function stands between its start and its end, and what its runtime may ask next. Safe
/// for use by several threads.
final class RuntimeStates {

  enum Phase {
    /// The process has begun.
    STARTING,
    /// It waits for its restore.
    CHECKPOINTED,
    RESTORING,
    /// It waits for an invocation.
    READY,
    /// It has an invocation and has not answered.
    RUNNING,
    /// Its answer is being read.
    ANSWERING,
    /// Its answer was taken, or nobody waits for it any more.
    ANSWERED,
    FAILED,
    DEAD
  }

  /// What becomes of an answer.
  enum Taking {
    TAKEN,
    OTHER_ID,
    FORBIDDEN
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Phase phase = Phase.STARTING;

  /// A request for the next invocation, or for the restore, that waits for its answer.
  private @Nullable RuntimeExchange parked;

  private @Nullable RuntimeExchange answer;
  private @Nullable FunctionError failure;
  private @Nullable Throwable death;
  private String requestId = "";

  Phase phase() {
    lock.lock();
    try {
      return phase;
    } finally {
      lock.unlock();
    }
  }

  private void become(Phase next) {
    phase = next;
    changed.signalAll();
  }

  /// Null when the exchange was taken, else the phase that forbids it.
  @Nullable Phase next(RuntimeExchange exchange) {
    lock.lock();
    try {
      return switch (phase) {
        // READY: the runtime lost its connection while it waited.
        case STARTING, RESTORING, ANSWERED, READY -> {
          park(exchange, Phase.READY);
          yield null;
        }
        case CHECKPOINTED, RUNNING, ANSWERING, FAILED, DEAD -> phase;
      };
    } finally {
      lock.unlock();
    }
  }

  @Nullable Phase restoreNext(RuntimeExchange exchange) {
    lock.lock();
    try {
      return switch (phase) {
        case STARTING, CHECKPOINTED -> {
          park(exchange, Phase.CHECKPOINTED);
          yield null;
        }
        case RESTORING, READY, RUNNING, ANSWERING, ANSWERED, FAILED, DEAD -> phase;
      };
    } finally {
      lock.unlock();
    }
  }

  private void park(RuntimeExchange exchange, Phase next) {
    RuntimeExchange before = parked;
    if (before != null) {
      before.cut();
    }
    parked = exchange;
    become(next);
  }

  private RuntimeExchange unpark() {
    RuntimeExchange waiting = parked;
    if (waiting == null) {
      throw new IllegalStateException("The function does not wait: " + phase);
    }
    parked = null;
    return waiting;
  }

  @Nullable Phase initError(FunctionError told) {
    return fail(told, Phase.STARTING, Phase.CHECKPOINTED);
  }

  @Nullable Phase restoreError(FunctionError told) {
    return fail(told, Phase.RESTORING, Phase.RESTORING);
  }

  private @Nullable Phase fail(FunctionError told, Phase allowed, Phase allowedToo) {
    lock.lock();
    try {
      if (phase != allowed && phase != allowedToo) {
        return phase;
      }
      failure = told;
      become(Phase.FAILED);
      return null;
    } finally {
      lock.unlock();
    }
  }

  Taking answer(String id, RuntimeExchange exchange) {
    lock.lock();
    try {
      if (phase != Phase.RUNNING) {
        return Taking.FORBIDDEN;
      }
      if (!id.equals(requestId)) {
        return Taking.OTHER_ID;
      }
      answer = exchange;
      become(Phase.ANSWERING);
      return Taking.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  void awaitReady(Duration limit)
      throws InitFailedException, TimeoutException, InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (phase != Phase.READY && phase != Phase.CHECKPOINTED && !isOver()) {
        if (left <= 0) {
          throw new TimeoutException("The function was not ready within " + limit);
        }
        left = changed.awaitNanos(left);
      }
      FunctionError told = failure;
      if (told != null) {
        throw new InitFailedException(told, death);
      }
      Throwable why = death;
      if (why != null) {
        throw new InitFailedException(
            FunctionError.of("Runtime.ExitError", String.valueOf(why.getMessage())), why);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver() {
    return phase == Phase.FAILED || phase == Phase.DEAD;
  }

  RuntimeExchange restore() {
    lock.lock();
    try {
      if (phase != Phase.CHECKPOINTED) {
        throw new IllegalStateException("The function does not wait to be restored: " + phase);
      }
      RuntimeExchange waiting = unpark();
      become(Phase.RESTORING);
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the function to be ready and takes its request for an invocation.
  ///
  /// @throws FunctionErrorException the error of its start, which is told to each who invokes it
  RuntimeExchange begin(String id)
      throws IOException, FunctionErrorException, InterruptedException {
    lock.lockInterruptibly();
    try {
      if (phase == Phase.RUNNING || phase == Phase.ANSWERING) {
        throw new IllegalStateException("Another invocation is under way");
      }
      while (phase != Phase.READY) {
        FunctionError told = failure;
        if (told != null) {
          throw new FunctionErrorException(told, false);
        }
        throwIfDead();
        changed.await();
      }
      RuntimeExchange next = unpark();
      requestId = id;
      answer = null;
      become(Phase.RUNNING);
      return next;
    } finally {
      lock.unlock();
    }
  }

  RuntimeExchange awaitAnswer() throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        throwIfDead();
        RuntimeExchange taken = answer;
        if (taken != null) {
          return taken;
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void throwIfDead() throws IOException {
    Throwable why = death;
    if (why != null) {
      throw new IOException("The function is gone", why);
    }
  }

  /// The invocation is over, well or not. A repeat changes nothing.
  void end() {
    lock.lock();
    try {
      answer = null;
      if (phase == Phase.RUNNING || phase == Phase.ANSWERING) {
        become(Phase.ANSWERED);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whatever the runtime waits for or answers is broken off; it may ask for the next invocation.
  void lostConnections() {
    lock.lock();
    try {
      cutAll();
      if (phase == Phase.READY || phase == Phase.ANSWERING) {
        become(Phase.ANSWERED);
      }
    } finally {
      lock.unlock();
    }
  }

  void abandon(Throwable why) {
    lock.lock();
    try {
      if (death == null) {
        death = why;
        cutAll();
        become(Phase.DEAD);
      }
    } finally {
      lock.unlock();
    }
  }

  private void cutAll() {
    RuntimeExchange waiting = parked;
    if (waiting != null) {
      waiting.cut();
      parked = null;
    }
    RuntimeExchange taken = answer;
    if (taken != null) {
      taken.cut();
    }
  }
}
