package dev.sluice.sandbox;

import org.jspecify.annotations.Nullable;

/// A secret cannot be had right now; the same call may succeed later. The message names the secret
/// or its setting, never a value.
public final class SecretUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SecretUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
