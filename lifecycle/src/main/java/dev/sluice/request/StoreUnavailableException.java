package dev.sluice.request;

import org.jspecify.annotations.Nullable;

/// The database could not be asked: no connection, or no answer in time. Nothing was decided; the
/// caller may try again later. What was sent may have been carried out.
public final class StoreUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final @Nullable String sqlState;

  public StoreUnavailableException(String message, Throwable cause) {
    this(message, null, cause);
  }

  /// @param sqlState five signs of PostgreSQL or of its driver; null when nobody said any
  public StoreUnavailableException(String message, @Nullable String sqlState, Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
  }

  /// As the database, or what leads to it, told the reason; null when it did not.
  public @Nullable String sqlState() {
    return sqlState;
  }
}
