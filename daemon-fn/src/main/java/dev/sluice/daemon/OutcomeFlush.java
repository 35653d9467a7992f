package dev.sluice.daemon;

import dev.sluice.call.QueuedCall.Result;
import dev.sluice.daemon.Settlement.Settled;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.Deadline;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.telemetry.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Saves results in sets, one set at a time, in the order in which they came.
///
/// A request is held until its result is saved, so what waits here is never more than the slots. A
/// database that is away is asked again until the run ends, since nobody else can take its requests
/// meanwhile; then the results are given up, loudly, and the leases bring them back. A set that the
/// database refuses is halved until the one that is to blame is alone.
final class OutcomeFlush {

  private static final Logger LOG = LoggerFactory.getLogger(OutcomeFlush.class);
  private static final int REPEATS_ALONE = 3;

  private record Outcome(InFlight inFlight, Result result) {}

  private final RunPorts ports;
  private final CallConfiguration configuration;
  private final HeldRequests held;
  private final Settlement settlement;
  private final FlushReport report;
  private final Deadline runEnd;
  private final BlockingQueue<Optional<Outcome>> waiting = new LinkedBlockingQueue<>();
  private final Map<InFlight, Settled.GiveBack> toGiveBack = new ConcurrentHashMap<>();

  /// @param runEnd when nothing is asked again
  OutcomeFlush(
      RunPorts ports,
      CallConfiguration configuration,
      HeldRequests held,
      Settlement settlement,
      FlushReport report,
      Deadline runEnd) {
    this.ports = ports;
    this.configuration = configuration;
    this.held = held;
    this.settlement = settlement;
    this.report = report;
    this.runEnd = runEnd;
  }

  /// Takes the result of a call, from any thread.
  void add(InFlight inFlight, Result result) {
    inFlight.resulted();
    waiting.add(Optional.of(new Outcome(inFlight, result)));
  }

  /// What came until now is saved, and the flush ends.
  void finish() {
    waiting.add(Optional.empty());
  }

  /// The results of calls that were drained. They stay held.
  Map<InFlight, Settled.GiveBack> toGiveBack() {
    return Map.copyOf(toGiveBack);
  }

  /// Saves until [#finish].
  void run() {
    boolean isOpen = true;
    while (isOpen) {
      List<Outcome> batch = new ArrayList<>();
      isOpen = collect(batch);
      if (!batch.isEmpty()) {
        settle(batch);
      }
    }
  }

  /// Waits for the first, and then a moment for others.
  ///
  /// @return whether there may be more
  private boolean collect(List<Outcome> batch) {
    try {
      Optional<Outcome> next = waiting.take();
      Deadline full = Deadline.in(configuration.flushEvery());
      while (next != null) {
        if (next.isEmpty()) {
          return false;
        }
        batch.add(next.get());
        if (batch.size() == configuration.flushRows()) {
          return true;
        }
        next = waiting.poll(full.remaining().toNanos(), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; what is held then comes back with its lease.
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void settle(List<Outcome> batch) {
    List<Settled.Save> saves = new ArrayList<>();
    for (Outcome outcome : batch) {
      switch (settlement.settle(outcome.inFlight(), outcome.result())) {
        case Settled.Save save -> saves.add(save);
        case Settled.GiveBack back -> toGiveBack.put(back.inFlight(), back);
      }
    }
    if (!saves.isEmpty()) {
      flush(saves);
    }
  }

  private void flush(List<Settled.Save> saves) {
    try {
      save(saves);
    } catch (StoreUnavailableException e) {
      giveUp(saves, e);
    } catch (RuntimeException e) {
      if (saves.size() == 1) {
        saveAlone(saves, e);
      } else {
        int half = saves.size() / 2;
        flush(saves.subList(0, half));
        flush(saves.subList(half, saves.size()));
      }
    }
  }

  /// It may have been the victim of a deadlock; a row that is refused again is to blame itself.
  private void saveAlone(List<Settled.Save> one, RuntimeException refused) {
    RuntimeException last = refused;
    for (int i = 0; i < REPEATS_ALONE; i++) {
      try {
        save(one);
        return;
      } catch (RuntimeException e) {
        e.addSuppressed(last); // Told when it is given up below.
        last = e;
      }
    }
    giveUp(one, last);
  }

  private void save(List<Settled.Save> saves) {
    List<Ended> ended = saves.stream().map(Settled.Save::ended).toList();
    Moved moved = ports.insistence().until(runEnd, "end", () -> ports.store().end(ended));
    ports.clock().heard(moved.now());
    report.saved(saves, moved);
    held.removeAll(saves.stream().map(Settled.Save::inFlight).toList());
  }

  private void giveUp(List<Settled.Save> saves, RuntimeException cause) {
    ports.metrics().record(Metric.DAEMON_RESULTS_LOST, saves.size());
    LOG.atError()
        .addKeyValue("results", saves.size())
        .addKeyValue("first_id", saves.getFirst().inFlight().id())
        .setCause(cause)
        .log("Results could not be saved; their requests come back when their leases end");
    held.removeAll(saves.stream().map(Settled.Save::inFlight).toList());
  }
}
