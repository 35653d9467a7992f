package dev.sluice.infra;

import java.util.Locale;

/// What a deployment is for.
public enum Profile {
  /// To try it: scales to zero, has no NAT gateway, and goes away without a trace.
  DEV,
  /// To rely on it: two zones, backups, and nothing that holds data is deleted with its stack.
  PROD;

  /// As in context values and names of resources: `dev`, `prod`.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
