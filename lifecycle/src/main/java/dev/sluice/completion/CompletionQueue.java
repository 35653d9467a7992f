package dev.sluice.completion;

import java.time.Duration;

/// The queue that carries records to the completion function.
public interface CompletionQueue {

  /// Sends one encoded record and waits until the queue has it. A repeat is safe: the reader does
  /// not mind duplicates.
  ///
  /// @throws QueueUnavailableException when the queue did not acknowledge within the time; it may
  ///   have the record all the same
  void send(String message, Duration within);

  /// The largest message in bytes; records are ASCII, so characters are bytes.
  int maxMessageBytes();

  /// True when the queue answers. Never throws.
  boolean isReachable();
}
