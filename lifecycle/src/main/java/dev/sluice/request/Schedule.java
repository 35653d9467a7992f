package dev.sluice.request;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How often a queued request was tried, and when it may and must be tried.
///
/// @param attempt how many claims it had, the running one included; 0 before the first
/// @param crashes how many of them ended with their worker
/// @param notBefore it is not claimed earlier; null for at once
/// @param deadline no attempt begins at or after it; null for never too late
public record Schedule(
    int attempt, int crashes, @Nullable Instant notBefore, @Nullable Instant deadline) {

  public Schedule {
    if (attempt < 0 || crashes < 0) {
      throw new IllegalArgumentException("Attempts and crashes are counted from 0");
    }
  }

  /// Of a request that has just been queued.
  public static Schedule fresh(@Nullable Instant deadline) {
    return new Schedule(0, 0, null, deadline);
  }

  Schedule next() {
    return new Schedule(Math.addExact(attempt, 1), crashes, notBefore, deadline);
  }

  Schedule previous() {
    return new Schedule(attempt - 1, crashes, notBefore, deadline);
  }

  Schedule crashed() {
    return new Schedule(attempt, Math.addExact(crashes, 1), notBefore, deadline);
  }

  Schedule notBefore(Instant at) {
    return new Schedule(attempt, crashes, at, deadline);
  }
}
