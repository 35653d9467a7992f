package dev.sluice.emulators;

import java.io.Serial;

/// A function failed and its runtime said so.
public final class FunctionErrorException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient FunctionError error;
  private final boolean afterBytes;

  FunctionErrorException(FunctionError error, boolean afterBytes) {
    super(error.errorType() + ": " + error.errorMessage());
    this.error = error;
    this.afterBytes = afterBytes;
  }

  public FunctionError error() {
    return error;
  }

  /// True when it came as trailers of a streamed response: its bytes are with the client.
  public boolean afterBytes() {
    return afterBytes;
  }
}
