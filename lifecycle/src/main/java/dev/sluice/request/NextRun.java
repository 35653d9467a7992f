package dev.sluice.request;

import java.time.Instant;

/// Calls of the daemon at a time of its own, beside those of its regular schedule.
public interface NextRun {

  /// Has the function called once, in the minute that begins then. Never throws: what cannot be
  /// arranged is counted, and the regular schedule finds the work. A repeat for the same minute,
  /// whoever asks, is the same call.
  ///
  /// @param function its ARN as its own invocation gave it
  /// @param at a whole minute
  void arrange(String function, Instant at);
}
