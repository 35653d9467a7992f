package dev.sluice.call;

import java.time.Duration;
import java.util.Optional;

/// The upstream call of a queued request.
public interface QueuedCall {

  /// Calls the model server and reads its answer to the end. Never throws for anything that the
  /// network, the server or the request does. Run once.
  Result run();

  /// Ends the call as soon as possible, from any thread: its socket is closed, and [#run] returns
  /// with a failure that is a [dev.sluice.request.FailureReason.CallLost] and with the usage that
  /// the server told until then. Harmless before the call begins, and when it has ended.
  void abort();

  /// What came of a call.
  ///
  /// @param upstream who was asked in the end
  /// @param upstreamModel by which name
  /// @param retryAfter how long the server wants to be left alone; empty when it did not say
  record Result(
      String upstream, String upstreamModel, Ending ending, Optional<Duration> retryAfter) {}
}
