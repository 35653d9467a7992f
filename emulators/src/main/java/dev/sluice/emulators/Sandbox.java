package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One execution environment of a function: a process, and the Runtime API that it alone talks to.
///
/// It serves one invocation at a time; who owns it sees to that. A sandbox whose process has ended
/// stays ended.
final class Sandbox {

  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);

  /// How long a function may go on after its caller has left, so that it can record that.
  private static final Duration LAST_WORDS = Duration.ofSeconds(4);

  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  /// Leaves Ctrl-C and the end of a terminal, which reach every process of it, to the parent: it
  /// lets running calls end first. What is ignored stays ignored after exec, also by the JVM.
  private static final List<String> SHELL =
      List.of("/bin/sh", "-c", "trap '' HUP INT; exec \"$0\" \"$@\"");

  private final SandboxSettings settings;
  private final SandboxListener listener;
  private final RuntimeApi api;
  private final Process process;
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private Sandbox(
      SandboxSettings settings, SandboxListener listener, RuntimeApi api, Process process) {
    this.settings = settings;
    this.listener = listener;
    this.api = api;
    this.process = process;
  }

  /// Starts a process and does not wait for it.
  ///
  /// @throws IOException when the system refuses one
  static Sandbox start(SandboxSettings settings, SandboxListener listener) throws IOException {
    RuntimeApi api = RuntimeApi.start();
    Process process;
    try {
      process = start(settings, api.address());
    } catch (IOException e) {
      api.close();
      throw e;
    }
    Sandbox sandbox = new Sandbox(settings, listener, api, process);
    listener.started(settings.functionName(), process.pid());
    var _ =
        Thread.ofVirtual()
            .name(settings.functionName() + "-" + process.pid())
            .start(sandbox::followToTheEnd);
    return sandbox;
  }

  private static Process start(SandboxSettings settings, String runtimeApi) throws IOException {
    List<String> words = new ArrayList<>(SHELL);
    words.addAll(settings.command().words());
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(settings.command().directory().toFile())
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(settings.processEnvironment(runtimeApi));
    return builder.start();
  }

  /// Passes on every line until the process has ended and nothing of it is left unread.
  private void followToTheEnd() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        listener.wrote(settings.functionName(), line);
      }
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("function", settings.functionName())
          .addKeyValue("pid", pid())
          .setCause(e)
          .log("The output of a process broke off");
    }
    int status = process.onExit().join().exitValue();
    api.abandon(
        new IOException(
            "The process %d of %s has ended with status %d"
                .formatted(pid(), settings.functionName(), status)));
    api.close();
    listener.ended(settings.functionName(), pid(), status);
    end.complete(null);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Calls this once the process has ended and the listener knows it; at once when that is so.
  void onEnd(Runnable action) {
    var _ = end.thenRun(action);
  }

  /// Waits until the function asks for an invocation; with SnapStart, first until it asks to be
  /// restored, and lets it go on.
  ///
  /// @throws IOException when it failed to start, or either took longer than its settings allow
  void awaitReady() throws IOException, InterruptedException {
    try {
      api.awaitReady(settings.initLimit());
      if (settings.initialization() == Initialization.SNAP_START) {
        listener.snapshot(settings.functionName(), pid());
        restore();
        api.awaitReady(settings.initLimit());
      }
    } catch (InitFailedException e) {
      throw new IOException(settings.functionName() + " did not start: " + e.getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException(
          settings.functionName() + " was not ready after " + settings.initLimit(), e);
    }
  }

  private void restore() throws IOException {
    try {
      api.restore();
    } catch (IllegalStateException e) {
      throw new IOException(settings.functionName() + " did not ask to be restored", e);
    }
  }

  /// Runs one invocation; when the function's time is over, the process is killed.
  ///
  /// @throws FunctionErrorException when the function failed and its process goes on
  /// @throws IOException when the process has ended or must be ended
  /// @throws InterruptedException when the caller left; the function has been told so by its broken
  ///   connection, and its process has ended
  void invoke(byte[] event, OutputStream out, Context context, ScheduledExecutorService timer)
      throws IOException, FunctionErrorException, InterruptedException {
    Invocation invocation =
        new Invocation(
            context.getAwsRequestId(),
            context.getInvokedFunctionArn(),
            context.getXrayTraceId(),
            Instant.now().plus(settings.timeout()),
            event);
    AtomicBoolean decided = new AtomicBoolean();
    ScheduledFuture<?> timeout =
        timer.schedule(
            () -> {
              if (decided.compareAndSet(false, true)) {
                timeOut(invocation.requestId());
              }
            },
            settings.timeout().toNanos(),
            TimeUnit.NANOSECONDS);
    try {
      api.invoke(invocation, out);
    } catch (InterruptedException e) {
      endAfterLastWords();
      throw e;
    } finally {
      timeout.cancel(false);
      if (!decided.compareAndSet(false, true)) {
        awaitEnd();
      }
    }
  }

  private void timeOut(String requestId) {
    String words =
        String.format(
            Locale.ROOT,
            "Task timed out after %.2f seconds",
            settings.timeout().toMillis() / 1000.0);
    listener.wrote(settings.functionName(), requestId + " " + words);
    api.abandon(new IOException(settings.functionName() + ": " + words));
    var _ = process.destroyForcibly();
  }

  /// Breaks the connection of the running invocation, interrupts the function when it wants that,
  /// gives it a moment to record what it must, and ends the process.
  private void endAfterLastWords() throws InterruptedException {
    if (settings.interruptible()) {
      interruptFunction();
    }
    api.close();
    try {
      if (!process.waitFor(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.atInfo()
            .addKeyValue("function", settings.functionName())
            .addKeyValue("pid", pid())
            .log("A function did not end its call in time; its process is killed");
      }
    } finally {
      stop();
    }
  }

  private void interruptFunction() {
    try {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("pid", pid()).setCause(e).log("A process is gone already");
    }
  }

  /// Kills the process, as Lambda ends a sandbox. Returns when it is gone; a repeat does nothing.
  void stop() {
    var _ = process.destroyForcibly();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      end.get(END_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().addKeyValue("pid", pid()).setCause(e).log("A killed process did not end");
    }
  }
}
