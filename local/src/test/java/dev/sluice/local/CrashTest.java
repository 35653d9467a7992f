package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.telemetry.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Functions in processes of their own are killed at random moments under load. What clients saw is
/// kept outside of all of them and held against the tables at the end.
final class CrashTest {

  private static final Logger LOG = LoggerFactory.getLogger(CrashTest.class);

  private static final int KILLS = Math.min(30 * Integer.getInteger("sluice.test.scale", 1), 1_000);

  private static final int CALLS = 2_000 * KILLS / 30;
  private static final int CLIENTS = 8;
  private static final int PROCESSES = 3;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path directory;

  @Test
  void whatAClientSawCompletelyIsARowWhateverIsKilled() throws IOException {
    long seed = System.nanoTime();
    Ledger ledger = new Ledger();
    try (LoadUpstream upstream = LoadUpstream.start(Duration.ofMillis(2));
        TestingStack stack = TestingStack.start(settings(upstream))) {
      killUnderLoad(stack, ledger, seed);
      stack.drain();
      stack.loseOpenCalls();

      assertThat(
              LedgerCheck.violations(ledger.entries(), stack.storedCalls(), Set.of("gateway_lost")))
          .as("seed %d", seed)
          .isEmpty();
      assertConserved(stack);
      assertThat(stack.count("select count(*) from quarantine")).isZero();
      assertThat(stack.deadLetters()).isZero();
      // The kills did hit somebody, or what is above says nothing.
      assertThat(ledger.count(ending -> !(ending instanceof Sighting.Complete)))
          .isBetween(1L, (long) KILLS);
      assertThat(stack.count("select count(*) from request where failure_label = 'gateway_lost'"))
          .isPositive();
      assertThat(stack.sum(Metric.COMPLETION_REDELIVERED)).isPositive();
      assertThat(stack.get("/v1/models").status()).isEqualTo(200);
    }
  }

  private static void killUnderLoad(TestingStack stack, Ledger ledger, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    Killer killer = new Killer(stack.stack(), random);
    Load.Plan plan = new Load.Plan("crash", CLIENTS, Integer.MAX_VALUE, seed);
    try (Load load = Load.start(plan, stack, ledger)) {
      while (killer.total() < KILLS) {
        ledger.awaitMore(random.nextInt(1, 2 * CALLS / KILLS), LIMIT);
        killer.kill();
      }
      ledger.await(CALLS, LIMIT);
      load.stop();
    }
    LOG.atInfo().addKeyValue("seed", seed).addKeyValue("kills", killer.kills()).log("Killed");
    assertThat(killer.kills()).containsKeys(Functions.INFERENCE, Functions.COMPLETION);
  }

  /// Every record that was acknowledged is in its row. A process that is killed between the two may
  /// not have counted its last ones.
  private static void assertConserved(TestingStack stack) {
    long started = stack.sum(Metric.RECORDS_ENQUEUED, "started");
    long finished = stack.sum(Metric.RECORDS_ENQUEUED, "finished");

    assertThat(stack.count("select count(*) from request_body"))
        .isBetween(started, started + KILLS);
    assertThat(stack.count("select count(*) from request where state = 'completed'"))
        .isBetween(finished, finished + KILLS);
    assertThat(stack.sum(Metric.RECORDS_SPILLED)).isZero();
    assertThat(stack.sum(Metric.RECORDS_LOST)).isZero();
  }

  private DevSettings settings(LoadUpstream upstream) {
    return DevSettings.forTests(directory.resolve("data"))
        .withModels(upstream.modelsFile(directory))
        .forked(PROCESSES);
  }
}
