package dev.sluice.daemon;

import dev.sluice.daemon.Duty.Pass;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NonRetriableStatus;
import dev.sluice.request.Pause;
import dev.sluice.request.RequestStore;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.ModelCatalog;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/// Whole runs on a queue in memory, and what tests may choose of them.
abstract class RunFixture {

  static final Duration MINUTE = Duration.ofMinutes(1);

  static final FailureReason REFUSED = new NonRetriableStatus(400, "");

  final TestingClaimStore store = new TestingClaimStore();
  final TestingRegistry registry = new TestingRegistry();
  final MetricSeries metrics = new MetricSeries();
  final List<Duty> duties = new ArrayList<>();
  List<Model> models = List.of(TestingModels.model("m", 100, "first", "second"));
  int slots = 40;
  Duration drainMargin = Duration.ofSeconds(20);
  Duration stopMargin = Duration.ofSeconds(20);
  Duration claimEvery = Duration.ofMillis(20);
  Duration resumeWait = Duration.ofSeconds(1);

  static Duty duty(Pass pass) {
    return new Duty() {
      @Override
      public String name() {
        return "duty";
      }

      @Override
      public Pass pass(Deadline end) {
        return pass;
      }
    };
  }

  Done run(TestingCalls calls, Duration time) {
    DatabaseClock clock = new DatabaseClock(System::nanoTime);
    RunPorts ports =
        new RunPorts(
            new UUID(1, 2),
            registry,
            store,
            nobodyAsks(),
            new ModelCatalog(models),
            calls,
            clock,
            new Insistence(Pause.ofThread()),
            metrics,
            new SplittableRandom(20261121));
    Duration ten = Duration.ofSeconds(10);
    Duration moment = Duration.ofMillis(20);
    return new DaemonRun(
            ports,
            () -> List.copyOf(duties),
            new DaemonConfiguration(
                ten, 1, ten.dividedBy(10), 1, 3, ten, ten, 1, ten, ten, stopMargin, resumeWait),
            new CallConfiguration(
                slots,
                Duration.ofMillis(700),
                Duration.ofMillis(200),
                moment,
                claimEvery,
                100,
                Duration.ofMillis(5),
                drainMargin,
                Duration.ofMinutes(15)))
        .run("v", Deadline.in(time));
  }

  /// In these runs no request changes hands.
  static RequestStore nobodyAsks() {
    return (RequestStore)
        Proxy.newProxyInstance(
            RequestStore.class.getClassLoader(),
            new Class<?>[] {RequestStore.class},
            (_, method, _) -> {
              throw new IllegalStateException("Nobody asks for " + method.getName());
            });
  }
}
