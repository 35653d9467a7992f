package dev.sluice.daemon;

import dev.sluice.request.Deadline;
import dev.sluice.request.GrowingPause;
import dev.sluice.request.Pause;
import dev.sluice.request.StoreUnavailableException;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Repeats what the database did not answer, with growing pauses. Safe for use by several threads.
final class Insistence {

  private static final Logger LOG = LoggerFactory.getLogger(Insistence.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Pause pause;

  Insistence(Pause pause) {
    this.pause = pause;
  }

  /// @throws StoreUnavailableException the last one, when the time is over or the thread is asked
  ///   to stop
  <T> T until(Deadline end, String what, Supplier<T> work) {
    return until(
        end,
        work,
        (pause, e) ->
            LOG.atWarn()
                .addKeyValue("what", what)
                .addKeyValue("pause", pause)
                .setCause(e)
                .log("The database does not answer; it is asked again"));
  }

  /// As [#until], where it is nothing unusual that the database has to resume first.
  <T> T untilResumed(Deadline end, String what, Supplier<T> work) {
    return until(
        end,
        work,
        (pause, e) ->
            LOG.atInfo()
                .addKeyValue("what", what)
                .addKeyValue("pause", pause)
                .addKeyValue("sqlstate", e.sqlState())
                .log("The database does not answer yet; it is asked again"));
  }

  private <T> T until(
      Deadline end, Supplier<T> work, BiConsumer<Duration, StoreUnavailableException> report) {
    GrowingPause growing = new GrowingPause(LONGEST_PAUSE);
    while (true) {
      Duration rest = growing.next();
      try {
        return work.get();
      } catch (StoreUnavailableException e) {
        if (end.remaining().compareTo(rest) <= 0 || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        report.accept(rest, e);
      }
      pause.rest(rest);
    }
  }
}
