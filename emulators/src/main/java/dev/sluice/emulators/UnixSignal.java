package dev.sluice.emulators;

import java.io.IOException;
import java.io.UncheckedIOException;

/// Signals to processes that this one has started.
public enum UnixSignal {
  /// Ends a process without a word.
  KILL,
  /// Stops a process where it is, as a freeze would; its connections stay open.
  STOP,
  /// Lets a stopped process go on.
  CONT;

  /// Sends this signal.
  ///
  /// @return false when there was no such process any more
  public boolean send(ProcessHandle process) {
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
