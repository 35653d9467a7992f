package dev.sluice.emulators;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/// Signals to processes that this one has started.
public enum UnixSignal {
  /// Ends a process without a word.
  KILL,
  /// Stops a process where it is, as a freeze would; its connections stay open.
  STOP,
  /// Lets a stopped process go on.
  CONT;

  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  /// Sends this signal. A process that is told to stop has stopped when this returns, where the
  /// system tells its threads' states (Linux): on a busy machine it would go on for a while.
  ///
  /// @return false when there was no such process any more
  public boolean send(ProcessHandle process) {
    boolean sent = kill(process);
    if (sent && this == STOP) {
      long end = System.nanoTime() + LONGEST_STOP.toNanos();
      while (isRunning(process) && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
    return sent;
  }

  /// True while a thread of the process is in another state than stopped (proc_pid_stat(5)).
  private static boolean isRunning(ProcessHandle process) {
    Path threads = Path.of("/proc", String.valueOf(process.pid()), "task");
    try (Stream<Path> each = Files.list(threads)) {
      return each.anyMatch(UnixSignal::isThreadRunning);
    } catch (IOException _) {
      return false; // It ended, or this system has no such directory.
    }
  }

  private static boolean isThreadRunning(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'T';
    } catch (IOException _) {
      return false; // It ended meanwhile.
    }
  }

  private boolean kill(ProcessHandle process) {
    try {
      return new ProcessBuilder("kill", "-" + name(), String.valueOf(process.pid()))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      throw new UncheckedIOException("No signal could be sent", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a signal was sent", e);
    }
  }
}
