package dev.sluice.request;

/// Tells the daemon that there is work, so that it need not be found by the next tick.
public interface WakeSignal {

  /// Never throws: a signal that is lost costs time and nothing else. A repeat is safe.
  void wake();
}
