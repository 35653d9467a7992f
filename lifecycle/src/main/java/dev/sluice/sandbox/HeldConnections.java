package dev.sluice.sandbox;

/// Holds connections to one server or another between their uses. Safe for use by several threads.
public interface HeldConnections {

  /// Closes the connections that nobody uses now, and returns when they are closed: a thread in the
  /// background would be stopped with the sandbox. Those in use are left alone. The next use opens
  /// a new one. Does not wait for the other side; a repeat is harmless.
  void release();

  /// Asks the connections that were left open whether their servers still answer, and closes those
  /// that do not. Nobody may be using them. Waits for an answer for a second at most.
  default void verify() {}

  /// True when the server takes few connections, so that none is kept while an invocation waits for
  /// something else.
  default boolean isScarce() {
    return false;
  }
}
