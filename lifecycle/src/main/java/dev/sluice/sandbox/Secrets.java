package dev.sluice.sandbox;

/// The secrets of the deployment, by their id in Secrets Manager. Safe for use by several threads.
public interface Secrets extends Remembered {

  /// The current value, read now unless it was read a short time ago. A failure is not remembered.
  ///
  /// @throws SecretUnavailableException when it cannot be read now
  String value(String id);
}
