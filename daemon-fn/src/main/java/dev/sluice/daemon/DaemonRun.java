package dev.sluice.daemon;

import dev.sluice.daemon.Duty.Pass;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run of the daemon: enters itself in the list of runs, works through its duties in turn, and
/// says what it did. Used once, by one thread.
final class DaemonRun {

  private static final Logger LOG = LoggerFactory.getLogger(DaemonRun.class);

  private final UUID id;
  private final DaemonRegistry registry;
  private final DatabaseClock clock;
  private final List<Duty> duties;
  private final DaemonConfiguration configuration;
  private Instant nextBeat = Instant.MAX;
  private Done done = Done.NOTHING;
  private @Nullable RuntimeException failure;

  /// @param id fresh for this run
  /// @param duties fresh for this run
  DaemonRun(
      UUID id,
      DaemonRegistry registry,
      DatabaseClock clock,
      List<Duty> duties,
      DaemonConfiguration configuration) {
    this.id = id;
    this.registry = registry;
    this.clock = clock;
    this.duties = new ArrayList<>(duties);
    this.configuration = configuration;
  }

  /// Works until there is nothing left, or until the margin before the deadline.
  ///
  /// @param version of the code that runs
  /// @return what it did
  /// @throws RuntimeException what the first duty that failed threw, the others suppressed, after
  ///   the others had their turn and the end of the run is recorded; or what ended the run itself
  Done run(String version, Deadline deadline) {
    alive(registry.register(id, version));
    try {
      work(deadline.minus(configuration.stopMargin()));
    } catch (RuntimeException e) {
      remember(e);
    }
    try {
      clock.heard(registry.stop(id, done));
    } catch (RuntimeException e) {
      remember(e);
    }
    if (failure != null) {
      throw failure;
    }
    return done;
  }

  /// One pass of each duty in turn, so that a long one holds up no other.
  private void work(Deadline end) {
    while (!duties.isEmpty()) {
      for (Iterator<Duty> turn = duties.iterator(); turn.hasNext(); ) {
        if (end.hasPassed()) {
          LOG.atInfo()
              .addKeyValue("daemon_id", id)
              .log("The time of this run is over; the next one goes on");
          return;
        }
        if (!clock.instant().isBefore(nextBeat)) {
          alive(registry.beat(id, 0));
        }
        if (!hasMore(turn.next(), end)) {
          turn.remove();
        }
      }
    }
  }

  private boolean hasMore(Duty duty, Deadline end) {
    try {
      Pass pass = duty.pass(end);
      done = done.plus(pass.done());
      return pass.more();
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("daemon_id", id)
          .addKeyValue("duty", duty.name())
          .setCause(e)
          .log("A duty failed; the others go on, and the next run begins it again");
      remember(e);
      return false;
    }
  }

  private void alive(Instant now) {
    clock.heard(now);
    nextBeat = now.plus(configuration.heartbeatEvery());
  }

  private void remember(RuntimeException e) {
    if (failure == null) {
      failure = e;
    } else {
      failure.addSuppressed(e);
    }
  }
}
