package dev.sluice.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.BatchFunction;
import dev.sluice.emulators.EventSourceMapping;
import dev.sluice.emulators.Scheduler;
import dev.sluice.emulators.SqsQueues;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What calls the daemon: its schedule, whose ticks overlap when a run works for long, and the wake
/// queue.
final class DaemonTriggers implements AutoCloseable {

  /// The concurrency that is reserved for the daemon on AWS.
  private static final int MOST_RUNS = 4;

  private final Scheduler scheduler;
  private final EventSourceMapping wakes;

  private DaemonTriggers(Scheduler scheduler, EventSourceMapping wakes) {
    this.scheduler = scheduler;
    this.wakes = wakes;
  }

  /// @param tick the time between two ticks; null for by hand only
  static DaemonTriggers start(
      RequestStreamHandler daemon, SqsQueues queues, @Nullable Duration tick) {
    Scheduler.Settings schedule =
        new Scheduler.Settings(
            Functions.DAEMON,
            tick == null ? Functions.DAEMON_LIMIT : tick,
            Functions.DAEMON_LIMIT,
            MOST_RUNS);
    return new DaemonTriggers(
        tick == null ? Scheduler.paused(schedule, daemon) : Scheduler.start(schedule, daemon),
        EventSourceMapping.start(
            queues,
            queues.wake(),
            EventSourceMapping.Settings.atOnce(Functions.DAEMON, Functions.DAEMON_LIMIT),
            BatchFunction.ofBytes(daemon)));
  }

  /// Runs the daemon once, now.
  Scheduler.Tick tick() {
    return scheduler.tickOnce();
  }

  /// Calls the daemon no more, interrupts the runs that have not ended within the limit, and
  /// returns when they have.
  void close(Duration limit) {
    Thread ticks = Thread.ofVirtual().start(() -> scheduler.close(limit));
    wakes.close(limit);
    try {
      ticks.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
