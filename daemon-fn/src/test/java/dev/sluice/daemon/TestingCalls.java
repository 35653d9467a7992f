package dev.sluice.daemon;

import dev.sluice.call.Ending;
import dev.sluice.call.QueuedCall;
import dev.sluice.call.QueuedCalls;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Usage;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/// Calls that end as a test says, at once or when they are aborted.
final class TestingCalls implements QueuedCalls {

  final List<ResponseId> made = new CopyOnWriteArrayList<>();
  final CountDownLatch firstBegan = new CountDownLatch(1);

  /// Done when a call is aborted, before it hears of that.
  volatile Runnable onAbort = () -> {};

  private final Function<Work, Optional<Ending>> script;

  /// @param script how a call ends; empty for when it is aborted
  TestingCalls(Function<Work, Optional<Ending>> script) {
    this.script = script;
  }

  static TestingCalls completing() {
    return new TestingCalls(_ -> Optional.of(completed()));
  }

  static Ending completed() {
    return new Ending(
        Outcome.COMPLETED,
        TestingClaimStore.NOON,
        200,
        null,
        new Usage(1, 2, 0, 0),
        new byte[] {'{', '}'},
        Ending.JSON,
        null);
  }

  static Ending failed(FailureReason reason) {
    return Ending.failed(TestingClaimStore.NOON, 503, reason);
  }

  @Override
  public QueuedCall of(Work work, Model model, Model.Target planned, Duration total) {
    CountDownLatch aborted = new CountDownLatch(1);
    return new QueuedCall() {

      @Override
      public Result run() {
        made.add(work.request().data().id());
        firstBegan.countDown();
        Ending ending = script.apply(work).orElseGet(() -> lost(aborted));
        return new Result(planned.upstream().name(), planned.model(), ending, Optional.empty());
      }

      @Override
      public void abort() {
        onAbort.run();
        aborted.countDown();
      }
    };
  }

  private static Ending lost(CountDownLatch aborted) {
    try {
      aborted.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Nobody interrupts calls", e);
    }
    return new Ending(
        Outcome.FAILED,
        TestingClaimStore.NOON,
        null,
        new CallLost("Aborted"),
        new Usage(3, 1, 0, 0),
        null,
        Ending.JSON,
        null);
  }
}
