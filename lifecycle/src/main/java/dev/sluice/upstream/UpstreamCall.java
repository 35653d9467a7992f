package dev.sluice.upstream;

/// A call that runs. For use by one thread, apart from [#close].
public interface UpstreamCall extends AutoCloseable {

  /// Waits for the head of the answer, no longer than the limits of the call allow. A repeat gives
  /// the same result.
  UpstreamResult result();

  /// Ends the call: what has not arrived is not waited for, and the connection of an unfinished
  /// exchange is closed. Harmless when the call has ended.
  @Override
  void close();
}
