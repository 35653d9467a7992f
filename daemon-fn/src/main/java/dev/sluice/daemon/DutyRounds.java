package dev.sluice.daemon;

import dev.sluice.daemon.Duty.Pass;
import dev.sluice.request.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Goes through the duties of a run, at its beginning and then from time to time while it stays.
/// For use by one thread, apart from [#stop] and [#isBusy].
final class DutyRounds {

  private static final Logger LOG = LoggerFactory.getLogger(DutyRounds.class);

  private final Supplier<List<Duty>> duties;
  private final Duration every;
  private final Deadline end;
  private final Tally tally;
  private final Failures failures;
  private final Bell runBell;
  private final Bell bell = new Bell();
  private volatile boolean isBusy = true;
  private volatile boolean isStopping;

  /// @param duties makes those of one round
  /// @param end when no pass begins any more
  /// @param runBell rung at the end of a round
  DutyRounds(
      Supplier<List<Duty>> duties,
      Duration every,
      Deadline end,
      Tally tally,
      Failures failures,
      Bell runBell) {
    this.duties = duties;
    this.every = every;
    this.end = end;
    this.tally = tally;
    this.failures = failures;
    this.runBell = runBell;
  }

  /// Whether a round is going on, or the first has not begun.
  boolean isBusy() {
    return isBusy;
  }

  /// Ends [#run] after the pass that it is in.
  void stop() {
    isStopping = true;
    bell.ring();
  }

  void run() {
    while (!isStopping) {
      isBusy = true;
      try {
        round(new ArrayList<>(duties.get()));
      } finally {
        isBusy = false;
        runBell.ring();
      }
      bell.await(every);
    }
  }

  /// One pass of each duty in turn, so that a long one holds up no other.
  private void round(List<Duty> left) {
    while (!left.isEmpty()) {
      for (Iterator<Duty> turn = left.iterator(); turn.hasNext(); ) {
        if (isStopping || end.hasPassed()) {
          return;
        }
        if (!hasMore(turn.next())) {
          turn.remove();
        }
      }
    }
  }

  private boolean hasMore(Duty duty) {
    try {
      Pass pass = duty.pass(end);
      tally.add(pass.done());
      if (pass.isHeldUp()) {
        tally.heldUp();
      }
      return pass.more();
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("duty", duty.name())
          .setCause(e)
          .log("A duty failed; the others go on, and the next round begins it again");
      failures.remember(e);
      return false;
    }
  }
}
