package dev.sluice.local;

import dev.sluice.emulators.EventSourceMapping.Drained;
import dev.sluice.upstream.InvalidModelsFileException;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// `./mvnw -Pdev`: starts the stack, says how to call it, and stops it cleanly on Ctrl-C, on a
/// termination signal, and when the process that started it is gone.
public final class DevConsole {

  private static final PrintStream OUT = System.out;

  private DevConsole() {}

  /// @param arguments the directory in which relative paths start
  public static void main(String[] arguments) throws InterruptedException {
    long start = System.nanoTime();
    // Asked before the stack starts: who goes meanwhile would not be the parent any more.
    Optional<ProcessHandle> parent = ProcessHandle.current().parent();
    DevStack stack;
    DevSettings settings;
    try {
      settings = DevSettings.ofEnvironment(System.getenv(), Path.of(arguments[0]));
      stack = DevStack.start(settings);
    } catch (IllegalArgumentException
        | IllegalStateException
        | InvalidModelsFileException
        | UncheckedIOException e) {
      OUT.println("\nSluice did not start: " + sentence(e) + "\n");
      System.exit(1);
      return;
    }
    CountDownLatch asked = new CountDownLatch(1);
    Thread stopping = new Thread(() -> stop(stack), "stop");
    Runtime.getRuntime().addShutdownHook(stopping);
    var _ = parent.map(ProcessHandle::onExit).map(end -> end.thenRun(asked::countDown));
    OUT.println(banner(stack, settings, Duration.ofNanos(System.nanoTime() - start)));
    asked.await();
    System.exit(0);
  }

  /// What went wrong, for the person who set it up. A file that cannot be used says why not.
  private static String sentence(RuntimeException e) {
    return e instanceof UncheckedIOException file && file.getCause() != null
        ? file.getMessage()
            + " ("
            + file.getCause().getClass().getSimpleName()
            + ": "
            + file.getCause().getMessage()
            + ")"
        : String.valueOf(e.getMessage());
  }

  static String banner(DevStack stack, DevSettings settings, Duration took) {
    JsonObject description = stack.description();
    String url = description.text("base_url").orElseThrow();
    String key = description.text("api_key").orElseThrow();
    return """

    Sluice is up after %.1f s. Ctrl-C stops it; its data stays in %s.

      URL   %s
      key   %s

    Ask a demo model, streamed:

      curl -N %s/chat/completions -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' \\
        -d '{"model":"demo-echo","stream":true,"messages":[{"role":"user","content":"Hello, Sluice!"}]}'

    Fetch the answer again by the id in it:

      curl %s/responses/resp_… -H 'Authorization: Bearer %s'
    %s\
    """
        .formatted(
            took.toMillis() / 1000.0,
            settings.dataDirectory(),
            url,
            key,
            url,
            key,
            url,
            key,
            forkMode(settings))
        .indent(2);
  }

  private static String forkMode(DevSettings settings) {
    ForkSettings fork = settings.fork();
    return fork == null
        ? ""
        : """

        Each function runs in up to %d processes of its own: their pids are in dev.json, what they
        write is in %s.
        """
            .formatted(fork.maxSandboxes(), settings.dataDirectory().resolve("logs"));
  }

  private static void stop(DevStack stack) {
    OUT.println("\n  Stopping: running calls may end for up to 5 s, then the queue is drained.");
    Drained drained = stack.stop();
    OUT.println(
        "  Flushed "
            + drained.flushed()
            + " records into PostgreSQL"
            + (drained.left() == 0 ? "." : "; " + drained.left() + " were still in the queue."));
  }
}
