package dev.sluice.gateway.read;

import dev.sluice.request.Deadline;
import dev.sluice.request.GrowingPause;
import dev.sluice.request.Pause;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// Asking again with growing pauses: 50 ms, doubling to 500 ms.
///
/// @param pause how the calling thread waits
record Polling(Pause pause) {

  private static final Duration LONGEST = Duration.ofMillis(500);

  /// Asks until there is an answer or the time is up; at least once, and once more at the very end.
  ///
  /// @return empty when the time was up
  <T> Optional<T> until(Deadline end, Supplier<Optional<T>> question) {
    GrowingPause growing = new GrowingPause(LONGEST);
    Optional<T> answer = question.get();
    while (answer.isEmpty() && !end.hasPassed() && !Thread.currentThread().isInterrupted()) {
      pause.rest(end.atMost(growing.next()));
      answer = question.get();
    }
    return answer;
  }
}
