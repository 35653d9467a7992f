package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// One daemon among unequal accounts, as seen by the model server. It measures time, so nothing
/// else runs beside it.
@Isolated
final class DaemonFairnessTest {

  private static final int SCALE = Integer.getInteger("sluice.test.scale", 1);
  private static final int SMALL_ROWS = 10;
  private static final Duration CALL = Duration.ofMillis(300);

  /// As many for each of three accounts: calls of one length end together, and each time the odd
  /// ones would all go to the account whose rows are the oldest.
  private static final int MAX_IN_FLIGHT = 6;

  @TempDir private Path directory;

  @Test
  void smallAccountsWaitLittleLongerBesideAVeryLargeOne() {
    double alone = waitOfSmallAccounts(0);
    double beside = waitOfSmallAccounts(10_000 * SCALE);

    assertThat(beside).as("alone it is %.0f ms", alone).isLessThanOrEqualTo(2 * alone);
  }

  /// The 95th percentile of the time from the first call of a daemon to the call of a small row, in
  /// ms. What a daemon needs to start is left out: the first one needs more than the next, and a
  /// wait that contains it may hide another.
  private double waitOfSmallAccounts(int rowsOfLargeAccount) {
    try (CountingUpstream upstream = CountingUpstream.start(CALL);
        DaemonCluster cluster =
            new DaemonCluster(directory, upstream.modelsFile(directory, MAX_IN_FLIGHT))) {
      cluster.queue("large", rowsOfLargeAccount);
      cluster.queue("small", SMALL_ROWS);
      cluster.queue("smaller", SMALL_ROWS);
      cluster.start(1, Map.of("sluice.daemon.slots", 10));
      cluster.await(
          """
          select pg_sleep(0.05) is not null and count(*) = %d from request r join account a
            on a.id = r.account_id where a.name like 'small%%' and r.state = 'completed'
          """
              .formatted(2 * SMALL_ROWS));
      long first = upstream.calls().getFirst().nanoTime();
      double[] waits =
          upstream.calls().stream()
              .filter(call -> call.prompt().startsWith("small"))
              .mapToDouble(call -> (call.nanoTime() - first) / 1e6)
              .sorted()
              .toArray();
      return waits[(int) Math.ceil(0.95 * waits.length) - 1];
    }
  }
}
