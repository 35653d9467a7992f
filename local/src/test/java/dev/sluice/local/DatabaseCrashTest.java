package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.telemetry.Metric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PostgreSQL is killed under load. Clients notice nothing: their keys are known, and their records
/// wait on the queue.
final class DatabaseCrashTest {

  private static final int KILLS = Math.min(2 * Integer.getInteger("sluice.test.scale", 1), 50);
  private static final int CLIENTS = 8;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  void nothingIsLostOrDoubledWhenPostgresIsKilledUnderLoad() {
    long seed = System.nanoTime();
    Ledger ledger = new Ledger();
    try (PostgresServer server = PostgresServer.start(directory.resolve("postgres"), 0);
        LoadUpstream upstream = LoadUpstream.start(Duration.ofMillis(2));
        TestingStack stack = TestingStack.start(settings(server, upstream))) {
      assertThat(stack.text("show fsync")).isEqualTo("on");
      assertThat(stack.text("show synchronous_commit")).isEqualTo("on");
      var plan = new Load.Plan("postgres", CLIENTS, Integer.MAX_VALUE, seed);
      try (Load load = Load.start(plan, stack, ledger)) {
        for (int kill = 0; kill < KILLS; kill++) {
          long before = stack.count("select count(*) from request");
          ledger.awaitMore(200, LIMIT);
          stack.await("select count(*) > %d from request".formatted(before));
          server.crash();
          ledger.awaitMore(200, LIMIT);
          server.restart();
        }
        ledger.awaitMore(100, LIMIT);
        load.stop();
      }
      stack.drain();

      assertThat(ledger.count(ending -> !(ending instanceof Sighting.Complete)))
          .as("calls that noticed, seed %d", seed)
          .isZero();
      assertThat(LedgerCheck.violations(ledger.entries(), stack.storedCalls(), Set.of()))
          .as("seed %d", seed)
          .isEmpty();
      assertThat(stack.sum(Metric.COMPLETION_REDELIVERED)).isPositive();
      assertThat(stack.sum(Metric.RECORDS_ENQUEUED)).isEqualTo(2L * ledger.entries().size());
      assertThat(stack.count("select count(*) from quarantine")).isZero();
      assertThat(stack.deadLetters()).isZero();
    }
  }

  private DevSettings settings(PostgresServer server, LoadUpstream upstream) {
    PostgresServer.Database database = server.migratedDatabase("sluice");
    return DevSettings.forTests(directory.resolve("data"))
        .withModels(upstream.modelsFile(directory))
        .withDatabase(database.url() + "?user=" + PostgresServer.Database.USER);
  }
}
