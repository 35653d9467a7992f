package dev.sluice.daemon;

import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run of the daemon: enters itself in the list of runs, goes through its duties, takes and
/// calls what is queued until nothing is left or its time is nearly over, and says what it did.
/// Used once.
///
/// It works on threads of its own, which end with it, so that an interrupt of the caller disturbs
/// no statement: it asks the run to stop. A run that stops gives back what it holds, which is no
/// crash; only a killed one leaves work to the leases.
final class DaemonRun {

  private static final Logger LOG = LoggerFactory.getLogger(DaemonRun.class);

  /// A run that was heard of within this time is alive.
  private static final Duration FRESH = Duration.ofSeconds(15);

  private final RunPorts ports;
  private final Supplier<List<Duty>> duties;
  private final DaemonConfiguration configuration;
  private final CallConfiguration calls;
  private final Bell bell = new Bell();
  private final Tally tally = new Tally();
  private final Failures failures = new Failures();
  private volatile boolean isAsked;

  /// @param duties makes those of one round
  DaemonRun(
      RunPorts ports,
      Supplier<List<Duty>> duties,
      DaemonConfiguration configuration,
      CallConfiguration calls) {
    this.ports = ports;
    this.duties = duties;
    this.configuration = configuration;
    this.calls = calls;
  }

  /// Works until there is nothing left, or until the margin before the deadline, or until the
  /// calling thread is interrupted, whose flag then stays set.
  ///
  /// @param version of the code that runs
  /// @return what it did
  /// @throws RuntimeException what failed first, the others suppressed, after everything else had
  ///   its turn and the end of the run is recorded; or what ended the run itself
  Done run(String version, Deadline deadline) {
    ports.clock().heard(register(version, deadline));
    FutureTask<Done> work = new FutureTask<>(() -> work(deadline), Done.NOTHING);
    var _ = Thread.ofPlatform().daemon().name("daemon-run").start(work);
    await(work);
    failures.raise();
    return tally.done();
  }

  /// Whether work stays that a run soon may do, as far as it is known.
  boolean isHeldUp() {
    return tally.isHeldUp();
  }

  /// A database that is paused resumes because it is asked, and answers some time later. Nobody
  /// repeats a tick, and by the next one it may be paused again: so this run waits for it.
  private Instant register(String version, Deadline deadline) {
    Deadline patience =
        deadline.minus(configuration.stopMargin()).orSooner(configuration.resumeWait());
    return ports
        .insistence()
        .untilResumed(
            patience, "register", () -> ports.registry().register(ports.id(), version, models()));
  }

  private void await(FutureTask<Done> work) {
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          var _ = work.get();
          return;
        } catch (InterruptedException _) {
          isInterrupted = true;
          LOG.atInfo().addKeyValue("daemon_id", ports.id()).log("The run is asked to stop");
          askToStop();
        } catch (ExecutionException e) {
          throw new IllegalStateException("The run broke off", e.getCause());
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void askToStop() {
    isAsked = true;
    bell.ring();
  }

  private void work(Deadline deadline) {
    Deadline end = deadline.minus(configuration.stopMargin());
    DutyRounds rounds =
        new DutyRounds(duties, configuration.dutyEvery(), end, tally, failures, bell);
    RunThread dutiful = RunThread.start("daemon-duties", rounds::run, failures, this::askToStop);
    WorkLoop loop =
        new WorkLoop(ports, configuration, calls, bell, tally, failures, deadline, this::askToStop);
    try {
      loop.run(isAlone(), end, rounds::isBusy, () -> isAsked);
    } catch (RuntimeException e) {
      failures.remember(e);
    } finally {
      if (end.hasPassed()) {
        LOG.atInfo()
            .addKeyValue("daemon_id", ports.id())
            .log("The time of this run is over; the next one goes on");
      }
      rounds.stop();
      loop.stop();
      dutiful.join();
      sayTheEnd();
    }
  }

  /// Whether no other run could take what there is. When nobody can tell, this one tries.
  private boolean isAlone() {
    try {
      return !ports.registry().isAnotherFree(ports.id(), models(), FRESH);
    } catch (RuntimeException e) {
      failures.remember(e);
      return true;
    }
  }

  /// Runs of before and after a change of the models live side by side, and only those of after it
  /// take what is queued for a new one.
  private Set<String> models() {
    return ports.models().all().stream().map(Model::alias).collect(Collectors.toUnmodifiableSet());
  }

  private void sayTheEnd() {
    try {
      ports.clock().heard(ports.registry().stop(ports.id(), tally.done()));
    } catch (RuntimeException e) {
      failures.remember(e);
    }
  }
}
