package dev.sluice.gateway.runtime;

import java.io.IOException;
import java.io.Serial;

/// There is nobody to work for any more: the process ends.
final class RuntimeApiGoneException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  RuntimeApiGoneException(String message) {
    super(message);
  }

  RuntimeApiGoneException(String message, IOException cause) {
    super(message, cause);
  }
}
