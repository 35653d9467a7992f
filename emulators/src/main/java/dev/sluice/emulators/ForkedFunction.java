package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A function in processes of its own, called as Lambda would call it: up to a maximum of sandboxes
/// that are started on demand, one invocation at a time in each.
///
/// Further invocations wait in order, as long as their own time allows. A sandbox whose process
/// dies takes its invocation with it and is replaced; one that has no successor is replaced at
/// once, so that one is always warm. Safe for use by several threads.
public final class ForkedFunction implements RequestStreamHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ForkedFunction.class);

  private final SandboxSettings settings;
  private final SandboxListener listener;

  /// A turn is the right to use a sandbox, so with a turn there is an idle one or room for another.
  private final Semaphore turns;

  private final ScheduledThreadPoolExecutor timer;
  private final Object lock = new Object();
  private final Set<Sandbox> sandboxes = new LinkedHashSet<>();
  private final Deque<Sandbox> idle = new ArrayDeque<>();
  private boolean closed;

  private ForkedFunction(SandboxSettings settings, SandboxListener listener) {
    this.settings = settings;
    this.listener = listener;
    this.turns = new Semaphore(settings.maxSandboxes(), true);
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name(settings.functionName() + "-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /// A function without a process yet.
  public static ForkedFunction of(SandboxSettings settings, SandboxListener listener) {
    return new ForkedFunction(settings, listener);
  }

  /// Starts a sandbox ahead of the first invocation, unless there is one, and waits for it.
  ///
  /// @throws IOException when it did not start
  public void warmUp() throws IOException {
    try {
      turns.acquire();
      try {
        release(take());
      } finally {
        turns.release();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// Runs one invocation in a sandbox.
  ///
  /// @throws IOException when no sandbox was free in time or could be started, when the function
  ///   failed, or when its process died
  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    byte[] bytes = event.readAllBytes();
    try {
      if (!turns.tryAcquire(context.getRemainingTimeInMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("No sandbox of " + settings.functionName() + " was free in time");
      }
      try {
        invoke(take(), bytes, answer, context);
      } finally {
        turns.release();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void invoke(Sandbox sandbox, byte[] event, OutputStream answer, Context context)
      throws IOException, InterruptedException {
    boolean reusable = false;
    try {
      sandbox.invoke(event, answer, context, timer);
      reusable = true;
    } catch (FunctionErrorException e) {
      reusable = asksAgain(sandbox);
      throw new IOException(settings.functionName() + " failed: " + e.getMessage(), e);
    } finally {
      if (reusable) {
        release(sandbox);
      } else {
        sandbox.stop();
      }
    }
  }

  /// Who reports an error asks for the next invocation, or ends: AWS's client does that after an
  /// answer that was too large.
  private boolean asksAgain(Sandbox sandbox) throws InterruptedException {
    try {
      sandbox.awaitReady();
      return true;
    } catch (IOException e) {
      LOG.atDebug()
          .addKeyValue("function", settings.functionName())
          .setCause(e)
          .log("A process ended with the error that it reported");
      return false;
    }
  }

  /// A sandbox that is ready and belongs to the caller.
  private Sandbox take() throws IOException, InterruptedException {
    Sandbox sandbox;
    synchronized (lock) {
      if (closed) {
        throw new IOException(settings.functionName() + " is being stopped");
      }
      for (sandbox = idle.poll(); sandbox != null; sandbox = idle.poll()) {
        if (sandbox.isAlive()) {
          return sandbox;
        }
      }
      sandbox = Sandbox.start(settings, listener);
      sandboxes.add(sandbox);
    }
    return ready(sandbox);
  }

  private Sandbox ready(Sandbox sandbox) throws IOException, InterruptedException {
    boolean ready = false;
    try {
      sandbox.awaitReady();
      ready = true;
      sandbox.onEnd(() -> replace(sandbox));
      return sandbox;
    } finally {
      if (!ready) {
        sandbox.stop();
        forget(sandbox);
      }
    }
  }

  private void release(Sandbox sandbox) {
    synchronized (lock) {
      if (!closed && sandbox.isAlive()) {
        idle.push(sandbox);
        return;
      }
    }
    sandbox.stop();
  }

  /// Keeps one sandbox warm. One that never became ready is not replaced: the next invocation tries
  /// again and gets the reason.
  private void replace(Sandbox dead) {
    forget(dead);
    if (isSuccessorWanted()) {
      var _ =
          Thread.ofVirtual().name(settings.functionName() + "-start").start(this::startSuccessor);
    }
  }

  private void forget(Sandbox dead) {
    synchronized (lock) {
      idle.remove(dead);
      sandboxes.remove(dead);
    }
  }

  private boolean isSuccessorWanted() {
    synchronized (lock) {
      return sandboxes.isEmpty() && !closed;
    }
  }

  private void startSuccessor() {
    try {
      turns.acquire();
      try {
        if (isSuccessorWanted()) {
          release(take());
        }
      } finally {
        turns.release();
      }
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("function", settings.functionName())
          .setCause(e)
          .log("No successor could be started; the next invocation tries again");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static IOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    IOException interrupted = new InterruptedIOException("The caller of the function left");
    interrupted.initCause(cause);
    return interrupted;
  }

  /// Ends every process, those with a running invocation too. A repeat changes nothing.
  @Override
  public void close() {
    List<Sandbox> left;
    synchronized (lock) {
      closed = true;
      left = new ArrayList<>(sandboxes);
    }
    left.forEach(Sandbox::stop);
    timer.shutdownNow();
  }
}
