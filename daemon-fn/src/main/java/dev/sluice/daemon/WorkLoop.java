package dev.sluice.daemon;

import dev.sluice.daemon.Claimer.Turn;
import dev.sluice.request.ClaimStore.AttemptEnd;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.ResponseId;
import dev.sluice.request.RetryPolicy;
import dev.sluice.telemetry.Metric;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The part of a run that takes what is queued and has it called. For use by one thread.
final class WorkLoop {

  private static final Logger LOG = LoggerFactory.getLogger(WorkLoop.class);

  /// A run stays for retries of its own that are due so soon.
  private static final Duration SOON = Duration.ofSeconds(10);

  /// What an aborted call has to tell what it cost.
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  /// Kept of the run's time for the statement that ends it.
  private static final Duration LAST_STATEMENT = Duration.ofSeconds(5);

  private final RunPorts ports;
  private final CallConfiguration configuration;
  private final Bell bell;
  private final Tally tally;
  private final Failures failures;
  private final Deadline lastAsk;
  private final Deadline claimEnd;
  private final HeldRequests held;
  private final RetryBudget budget = new RetryBudget();
  private final RetryTimes retries = new RetryTimes();
  private final Dispatcher dispatcher;
  private final OutcomeFlush flush;
  private final LeaseKeeper keeper;
  private final Claimer claimer;
  private final RunThread flushing;
  private final RunThread keeping;
  private volatile boolean isClaiming;

  /// @param runEnd when the run must be over
  /// @param broken told when one of its threads cannot go on
  WorkLoop(
      RunPorts ports,
      DaemonConfiguration run,
      CallConfiguration configuration,
      Bell bell,
      Tally tally,
      Failures failures,
      Deadline runEnd,
      Runnable broken) {
    this.ports = ports;
    this.configuration = configuration;
    this.bell = bell;
    this.tally = tally;
    this.failures = failures;
    this.lastAsk = runEnd.minus(LAST_STATEMENT);
    this.claimEnd = runEnd.minus(configuration.drainMargin());
    held = new HeldRequests(configuration.slots(), bell);
    flush =
        new OutcomeFlush(
            ports,
            configuration,
            held,
            new Settlement(RetryPolicy.DEFAULT, ports.clock(), ports.random(), ports.metrics()),
            new FlushReport(ports.metrics(), tally, budget, retries),
            lastAsk);
    dispatcher = new Dispatcher(ports, budget, runEnd, flush::add);
    keeper = new LeaseKeeper(ports, run, configuration, held, this::free);
    claimer = new Claimer(ports, configuration, held, budget, tally, dispatcher::dispatch);
    flushing = RunThread.start("daemon-flush", flush::run, failures, broken);
    keeping = RunThread.start("daemon-leases", keeper::run, failures, broken);
  }

  /// How many more requests this run takes now.
  private int free() {
    return isClaiming ? held.free() : 0;
  }

  /// Takes and calls what is queued until nothing is left.
  ///
  /// @param mayClaim false when others take what there is, and only `isBusy` is waited for
  /// @param end when it stops at the latest
  /// @param isBusy whether the run has something else to do
  /// @param isAsked whether it is asked to stop
  void run(boolean mayClaim, Deadline end, BooleanSupplier isBusy, BooleanSupplier isAsked) {
    isClaiming = mayClaim && !claimEnd.hasPassed();
    while (!isAsked.getAsBoolean() && !end.hasPassed()) {
      Turn turn = isClaiming ? claim(() -> claimer.turn(end)) : Turn.NOTHING;
      if (turn.more()) {
        continue;
      }
      boolean isIdle = turn.claimed() == 0 && held.isEmpty() && !isBusy.getAsBoolean();
      if (isIdle && !isRetrySoon() && (!isClaiming || close(end))) {
        ports.metrics().count(Metric.DAEMON_IDLE_EXITS);
        return;
      }
      bell.await(end.atMost(configuration.claimEvery()));
    }
  }

  /// One claim; the last one follows the news that there will be no other, so that whoever relied
  /// on this run did so before it.
  private Turn claim(Supplier<Turn> turn) {
    try {
      if (claimEnd.hasPassed()) {
        isClaiming = false;
        keeper.publish();
      }
      return turn.get();
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("daemon_id", ports.id())
          .setCause(e)
          .log("This run takes no more work; the next one does");
      isClaiming = false;
      failures.remember(e);
      return Turn.NOTHING;
    }
  }

  private boolean isRetrySoon() {
    Instant now = ports.clock().instant();
    return isClaiming
        && retries.isAnyBetween(now, now.plus(SOON))
        && ports.models().all().stream().anyMatch(model -> budget.left(model) > 0);
  }

  /// Says first that this run takes no more, and looks once more then: who was told before that it
  /// does, and left, had put its work where this look finds it.
  ///
  /// @return false when there was work, and the run goes on
  private boolean close(Deadline end) {
    isClaiming = false;
    try {
      keeper.publish();
      Set<String> models =
          ports.models().all().stream().map(Model::alias).collect(Collectors.toSet());
      boolean isDue =
          ports
              .insistence()
              .until(
                  end.orSooner(configuration.lease()),
                  "look",
                  () -> ports.store().isAnythingDue(models));
      if (!isDue) {
        return true;
      }
    } catch (RuntimeException e) {
      failures.remember(e);
      return true;
    }
    isClaiming = true;
    if (claim(() -> claimer.anything(end)).claimed() > 0) {
      return false;
    }
    // Due, and not to be had: other runs hold as much as the model takes, or the budget is spent.
    isClaiming = false;
    return true;
  }

  /// Ends the calls that still run, saves what they have given, and puts everything else back.
  void stop() {
    isClaiming = false;
    keeper.withdraw();
    List<InFlight> left = held.all();
    left.forEach(inFlight -> inFlight.abort(Cancellation.DRAINED));
    if (!left.isEmpty()) {
      dispatcher.await(lastAsk.atMost(LAST_WORDS));
      dispatcher.interrupt();
      dispatcher.await(lastAsk.atMost(LAST_WORDS));
    }
    flush.finish();
    flushing.join();
    try {
      giveBack(held.all());
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("daemon_id", ports.id())
          .addKeyValue("requests", held.count())
          .setCause(e)
          .log("What the run held could not be put back; it comes back when its leases end");
      failures.remember(e);
    } finally {
      keeper.stop();
      keeping.join();
      // A frozen function would go on with them at its next call.
      dispatcher.await(lastAsk.remaining());
    }
  }

  private void giveBack(List<InFlight> left) {
    List<Claimed> claimed = new ArrayList<>();
    List<Dispatched> running = new ArrayList<>();
    Map<ResponseId, AttemptEnd> attempts = new HashMap<>();
    Map<InFlight, Settlement.Settled.GiveBack> results = flush.toGiveBack();
    for (InFlight inFlight : left) {
      switch (inFlight.held()) {
        case Claimed one -> claimed.add(one);
        case Dispatched one -> {
          running.add(one);
          var result = results.get(inFlight);
          attempts.put(
              inFlight.id(),
              result == null
                  ? Settlement.drained(inFlight, ports.clock().instant())
                  : result.attempt());
        }
      }
    }
    if (!claimed.isEmpty()) {
      returned(ports.insistence().until(lastAsk, "release", () -> ports.store().release(claimed)));
    }
    if (!running.isEmpty()) {
      Moved drained =
          ports.insistence().until(lastAsk, "drain", () -> ports.store().drain(running, attempts));
      ports.metrics().record(Metric.DAEMON_DRAINED, (double) returned(drained));
    }
    held.removeAll(left);
  }

  private long returned(Moved moved) {
    ports.clock().heard(moved.now());
    long saved = moved.moves().keySet().stream().filter(moved::isSaved).count();
    tally.add(Done.of(Count.RETURNED, saved));
    LOG.atInfo()
        .addKeyValue("daemon_id", ports.id())
        .addKeyValue("requests", saved)
        .log("The run stops and puts requests back");
    return saved;
  }
}
