package dev.sluice.request;

/// The database could not be asked: no connection, or no answer in time. Nothing was decided; the
/// caller may try again later. What was sent may have been carried out.
public final class StoreUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
