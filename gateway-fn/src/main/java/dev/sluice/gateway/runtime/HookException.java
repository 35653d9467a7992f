package dev.sluice.gateway.runtime;

import java.io.Serial;

/// A hook failed, so that the instance must not serve.
final class HookException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  HookException(Object hook, Exception cause) {
    super(hook.getClass().getName() + " failed: " + cause.getMessage(), cause);
  }
}
