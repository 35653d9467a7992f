package dev.sluice.daemon;

import dev.sluice.request.ClaimStore.Move;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request.Canceled;
import dev.sluice.request.Request.Held;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.telemetry.Metric;
import java.util.List;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps what a run holds: says that the run is alive, extends its leases, and ends the calls of
/// requests that are not its own any more. For use by one thread, apart from [#stop] and
/// [#publish].
///
/// What the database does not answer is asked at the next turn; leases outlive two that fail.
final class LeaseKeeper {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  private final RunPorts ports;
  private final DaemonConfiguration run;
  private final CallConfiguration configuration;
  private final HeldRequests held;
  private final IntSupplier free;
  private final Bell bell = new Bell();
  private volatile boolean isStopping;
  private volatile Deadline nextBeat;
  private Deadline nextExtension;
  private volatile int told;

  /// @param free how many more requests the run takes now
  LeaseKeeper(
      RunPorts ports,
      DaemonConfiguration run,
      CallConfiguration configuration,
      HeldRequests held,
      IntSupplier free) {
    this.ports = ports;
    this.run = run;
    this.configuration = configuration;
    this.held = held;
    this.free = free;
    this.nextBeat = Deadline.in(run.heartbeatEvery());
    this.nextExtension = Deadline.in(configuration.leaseEvery());
  }

  /// Ends [#run] after the turn that it is in.
  void stop() {
    isStopping = true;
    bell.ring();
  }

  void run() {
    while (!isStopping) {
      bell.await(configuration.checkEvery());
      if (!isStopping) {
        turn();
      }
    }
  }

  private void turn() {
    try {
      beat();
      keep();
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("Leases could not be kept; it is tried again at the next turn");
    }
  }

  /// At its time, and when the run has become full or free since it was last said.
  private void beat() {
    if (nextBeat.hasPassed() || (free.getAsInt() == 0) != (told == 0)) {
      publish();
      ports.metrics().record(Metric.DAEMON_IN_FLIGHT, held.count());
    }
  }

  /// Says now how many more requests the run takes; when this returns, everybody can know it.
  synchronized void publish() {
    int slots = free.getAsInt();
    ports.clock().heard(ports.registry().beat(ports.id(), slots));
    nextBeat = Deadline.in(run.heartbeatEvery());
    told = slots;
  }

  /// Takes back what was said of free slots, once the run takes no more: whoever counts on them
  /// leaves its work to this run. A database that is away is told by the next turn.
  synchronized void withdraw() {
    if (told == 0) {
      return;
    }
    try {
      publish();
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("It could not be said that this run takes no more work");
    }
  }

  private void keep() {
    List<InFlight> all = held.all();
    List<Held> rows = all.stream().map(InFlight::held).toList();
    if (rows.isEmpty()) {
      return;
    }
    boolean isExtension = nextExtension.hasPassed();
    Moved moved =
        isExtension ? ports.store().extend(rows, configuration.lease()) : ports.store().check(rows);
    ports.clock().heard(moved.now());
    if (isExtension) {
      nextExtension = Deadline.in(configuration.leaseEvery());
    }
    for (Held row : rows) {
      ResponseId id = row.data().id();
      if (moved.moves().get(id) == Move.STALE) {
        held.find(id)
            .filter(inFlight -> inFlight.held().claim().token().equals(row.claim().token()))
            .filter(inFlight -> !inFlight.hasResult() && inFlight.cancellation() == null)
            .ifPresent(this::lost);
      }
    }
  }

  private void lost(InFlight inFlight) {
    RequestData data = inFlight.held().data();
    Cancellation reason =
        ports
            .requests()
            .find(data.accountId(), data.id())
            .filter(Canceled.class::isInstance)
            .map(_ -> Cancellation.CANCELED)
            .orElse(Cancellation.TAKEN_OVER);
    if (inFlight.abort(reason)) {
      LOG.atInfo()
          .addKeyValue("response_id", data.id())
          .addKeyValue("account_id", data.accountId())
          .addKeyValue("reason", reason.label())
          .log("A call is ended, because its request is not held any more");
    }
  }
}
