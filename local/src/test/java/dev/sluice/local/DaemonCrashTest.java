package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Daemons in processes of their own are killed at random moments while they work. The model server
/// outside of them has counted the calls of each request.
final class DaemonCrashTest {

  private static final int KILLS = Math.min(30 * Integer.getInteger("sluice.test.scale", 1), 1_000);
  private static final int ROWS = 20 * KILLS;
  private static final int PROCESSES = 3;
  private static final long SEED = 20_261_121;

  @TempDir private Path directory;

  @Test
  void everyQueuedRequestEndsAndNoCallGoesUnrecordedWhateverIsKilled() {
    try (CountingUpstream upstream = CountingUpstream.start(Duration.ofMillis(120));
        TestingStack stack = TestingStack.start(settings(upstream));
        Ticker _ = new Ticker(stack.stack())) {
      Killer killer = killWhileTheyWork(stack, upstream);
      stack.await(
          """
          select not exists (
            select from request where state in ('pending', 'claimed', 'processing'))
          """);

      List<StoredCall> rows = stack.storedCalls();
      assertThat(rows).as("seed %d", SEED).hasSize(ROWS);
      assertThat(new HashSet<>(rows.stream().map(StoredCall::prompt).toList())).hasSize(ROWS);
      assertThat(rows)
          .allSatisfy(row -> {
            assertThat(row.isEnded()).isTrue();
            assertThat(upstream.count(prompt -> prompt.equals(row.prompt())))
                .as("calls of %s", row)
                .isLessThanOrEqualTo(row.attempts());
            if (row.isCompleted()) {
              assertThat(row.text()).isEqualTo(row.prompt());
            } else {
              assertThat(row.failure()).isEqualTo("worker_lost");
            }
          });
      // The kills did hit somebody, or what is above says nothing.
      assertThat(killer.total()).isEqualTo(KILLS);
      assertThat(
              stack.count(
                  """
                  select count(distinct daemon_id) from request_attempt where error = 'worker_lost'
                  """))
          .as("kills that hit calls")
          .isGreaterThanOrEqualTo(KILLS / 5);
      assertThat(stack.count("select count(*) from request where state = 'completed'"))
          .isGreaterThan(ROWS / 2);
    }
  }

  /// A share of the rows with each kill, so that there is work to die with.
  private static Killer killWhileTheyWork(TestingStack stack, CountingUpstream upstream) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    Killer killer = new Killer(stack.stack(), random, List.of(Functions.DAEMON));
    QueuedRows queue =
        new QueuedRows(
            stack.stack().database().dataSource(), UUID.fromString(stack.accountId()), "crash");
    for (int round = 0; round < KILLS; round++) {
      int calls = upstream.calls().size();
      var _ = queue.insert(round * ROWS / KILLS, ROWS / KILLS);
      stack.await(() -> upstream.calls().size() > calls);
      while (killer.total() <= round) {
        killer.kill();
      }
    }
    return killer;
  }

  private DevSettings settings(CountingUpstream upstream) {
    return DevSettings.forTests(directory.resolve("data"))
        .withModels(upstream.modelsFile(directory, 8))
        .withFunctionProperties(
            Map.of(
                "sluice.daemon.slots",
                "4",
                "sluice.daemon.lease",
                "2s",
                "sluice.daemon.lease-every",
                "500ms",
                "sluice.daemon.duty-every",
                "500ms"))
        .forked(PROCESSES);
  }

  /// Ticks the daemon all the time: as many runs as may be.
  private static final class Ticker implements AutoCloseable {

    private final Signal stopped = new Signal();
    private final List<Thread> threads;

    Ticker(DevStack stack) {
      threads = List.of(start(stack), start(stack), start(stack));
    }

    private Thread start(DevStack stack) {
      return Thread.ofVirtual()
          .start(() -> {
            while (!stopped.firedWithin(Duration.ofMillis(50))) {
              var _ = stack.tick();
            }
          });
    }

    @Override
    public void close() {
      stopped.fire();
      for (Thread thread : threads) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("Interrupted while ticks ended", e);
        }
      }
    }
  }
}
