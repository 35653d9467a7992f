package dev.sluice.emulators;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A function did not get as far as its first invocation.
public final class InitFailedException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient FunctionError error;

  InitFailedException(FunctionError error, @Nullable Throwable cause) {
    super(error.errorType() + ": " + error.errorMessage(), cause);
    this.error = error;
  }

  /// What the runtime reported; type `Runtime.ExitError` when it ended without a word.
  public FunctionError error() {
    return error;
  }
}
