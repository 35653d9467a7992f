package dev.sluice.completion;

/// The queue did not acknowledge a record in time.
public final class QueueUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public QueueUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
