package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.SqsProcess;
import dev.sluice.telemetry.Metric;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The queue stands still under load: it takes connections and bytes and says nothing. What cannot
/// be recorded is refused, and what had begun is spilled; it all arrives when the queue goes on.
final class QueueStoppedTest {

  private static final int CLIENTS = 6;
  private static final int HELD = 6;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir private Path directory;

  private final Ledger held = new Ledger();
  private final Ledger running = new Ledger();

  @Test
  void whatCannotBeRecordedIsRefusedAndWhatHadBegunArrivesAfterwards() {
    long seed = System.nanoTime();
    Load.Plan holding = new Load.Plan(LoadUpstream.HOLD, HELD, HELD, seed);
    try (SqsProcess queue = SqsProcess.start();
        LoadUpstream upstream = LoadUpstream.start(Duration.ofMillis(2));
        TestingStack stack = TestingStack.start(settings(queue.endpoint(), upstream));
        Load begun = Load.start(holding, stack, held)) {
      stack.await("select count(*) = " + HELD + " from request where state = 'processing'");
      stopUnderLoad(
          queue,
          seed,
          stack,
          () -> {
            upstream.release();
            begun.join();
          });

      assertThat(stack.tick().number("spills_swept").orElse(0L)).isGreaterThanOrEqualTo(HELD);
      stack.drain();
      stack.loseOpenCalls();

      assertWhatClientsSaw();
      List<Ledger.Entry> all = new ArrayList<>(held.entries());
      all.addAll(running.entries());
      assertThat(LedgerCheck.violations(all, stack.storedCalls(), Set.of("gateway_lost")))
          .as("seed %d", seed)
          .isEmpty();
      assertNothingIsLeft(stack);
    }
  }

  /// @param end of the calls that had begun before
  private void stopUnderLoad(SqsProcess queue, long seed, TestingStack stack, Runnable end) {
    Load.Plan plan = new Load.Plan("run", CLIENTS, Integer.MAX_VALUE, seed);
    try (Load load = Load.start(plan, stack, running)) {
      running.await(50, LIMIT);
      queue.stop();
      running.awaitMore(2 * CLIENTS, Sighting.Refused.class::isInstance, LIMIT);
      end.run();
      queue.resume();
      running.awaitMore(50, Sighting.Complete.class::isInstance, LIMIT);
      load.stop();
    }
  }

  private void assertWhatClientsSaw() {
    assertThat(held.count(Sighting.Complete.class::isInstance)).isEqualTo(HELD);
    assertThat(running.entries())
        .extracting(Ledger.Entry::sighting)
        .filteredOn(seen -> !(seen instanceof Sighting.Complete))
        .hasSizeGreaterThanOrEqualTo(2 * CLIENTS)
        .containsOnly(new Sighting.Refused(503, "overloaded", true));
  }

  /// Every end that was recorded is a row. A refused call has one only if the queue got its start
  /// after all, without the acknowledgement that the gateway waited for.
  private void assertNothingIsLeft(TestingStack stack) {
    long lost = stack.count("select count(*) from request where failure_label = 'gateway_lost'");
    long completed = stack.count("select count(*) from request where state = 'completed'");

    assertThat(stack.sum(Metric.RECORDS_SPILLED)).isGreaterThanOrEqualTo(HELD);
    assertThat(completed)
        .isEqualTo(
            stack.sum(Metric.RECORDS_ENQUEUED, "finished") + stack.sum(Metric.RECORDS_SPILLED));
    assertThat(lost).isLessThanOrEqualTo(running.count(Sighting.Refused.class::isInstance));
    assertThat(stack.sum(Metric.RECORDS_LOST)).isZero();
    assertThat(stack.count("select count(*) from quarantine")).isZero();
    assertThat(stack.deadLetters()).isZero();
  }

  private DevSettings settings(URI queue, LoadUpstream upstream) {
    return DevSettings.forTests(directory.resolve("data"))
        .withModels(upstream.modelsFile(directory))
        .withSqs(queue.toString())
        .withFunctionProperties(
            // The first sends of a cold stack must be in time, too.
            Map.of("sluice.queue.retry-for", "500ms", "sluice.gateway.started-within", "2s"));
  }
}
