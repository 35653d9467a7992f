package dev.sluice.daemon;

import dev.sluice.call.Ending;
import dev.sluice.call.QueuedCall;
import dev.sluice.call.QueuedCall.Result;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.RequestRejected;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/// Runs each call on a thread of its own. Safe for use by several threads.
///
/// Every call that begins gives exactly one result, whatever happens to it: without one its request
/// would be held for ever, because its lease is extended.
final class Dispatcher {

  private final RunPorts ports;
  private final RetryBudget budget;
  private final Deadline runEnd;
  private final BiConsumer<InFlight, Result> results;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /// @param runEnd when the run is over; no call goes on for longer
  /// @param results takes the result of each call
  Dispatcher(
      RunPorts ports, RetryBudget budget, Deadline runEnd, BiConsumer<InFlight, Result> results) {
    this.ports = ports;
    this.budget = budget;
    this.runEnd = runEnd;
    this.results = results;
  }

  void dispatch(InFlight inFlight, Work work) {
    if (inFlight.isRetry()) {
      budget.retryCall(inFlight.model());
    } else {
      budget.firstCall(inFlight.model());
    }
    Thread thread = Thread.ofVirtual().unstarted(() -> run(inFlight, work));
    threads.add(thread);
    thread.start();
  }

  /// Waits until every call has given its result, but no longer than this. An interrupt ends the
  /// wait, and the flag stays set.
  void await(Duration limit) {
    Deadline end = Deadline.in(limit);
    try {
      for (Thread thread : threads) {
        var _ = thread.join(end.remaining());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends what an abort did not: calls that wait for something else than their server.
  void interrupt() {
    threads.forEach(Thread::interrupt);
  }

  private void run(InFlight inFlight, Work work) {
    Result result = failed(inFlight, new CallLost("The call of the daemon broke off."));
    try {
      result = call(inFlight, work);
    } finally {
      results.accept(inFlight, result);
      threads.remove(Thread.currentThread());
    }
  }

  private Result call(InFlight inFlight, Work work) {
    if (!inFlight.model().offers(work.request().data().endpoint())) {
      return failed(
          inFlight, new RequestRejected("The model is not offered on this endpoint any more."));
    }
    QueuedCall call =
        ports.calls().of(work, inFlight.model(), inFlight.target(), runEnd.remaining());
    inFlight.begin(call);
    return call.run();
  }

  private Result failed(InFlight inFlight, FailureReason reason) {
    return new Result(
        inFlight.target().upstream().name(),
        inFlight.target().model(),
        Ending.failed(ports.clock().instant(), null, reason),
        Optional.empty());
  }
}
