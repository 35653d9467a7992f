package dev.sluice.sandbox;

/// Keeps what it read elsewhere for a while. Safe for use by several threads.
public interface Remembered {

  /// Drops all of it; the next use reads again. A repeat is harmless.
  void forget();
}
