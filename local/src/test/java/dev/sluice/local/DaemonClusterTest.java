package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several daemons at once on one database, and one daemon among unequal accounts and behind a
/// model server that fails: by volume, as seen by the model server.
final class DaemonClusterTest {

  private static final int SCALE = Integer.getInteger("sluice.test.scale", 1);
  private static final Map<String, Object> TEN_SLOTS = Map.of("sluice.daemon.slots", 10);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void eachRequestIsCalledOnceAndTheModelIsNeverAskedTooMuch(int daemons) {
    int maxInFlight = 6 * daemons;
    try (CountingUpstream upstream = CountingUpstream.start(Duration.ofMillis(20));
        DaemonCluster cluster = cluster(upstream, maxInFlight)) {
      List<String> prompts = cluster.queue("once", 1_000 * SCALE);

      cluster.start(daemons, TEN_SLOTS);
      cluster.awaitAllEnded();
      cluster.stop();

      assertThat(upstream.calls())
          .extracting(CountingUpstream.Call::prompt)
          .containsExactlyInAnyOrderElementsOf(prompts);
      assertThat(upstream.most()).isBetween(2, maxInFlight);
      assertThat(cluster.count("select count(*) from request where state = 'completed'"))
          .isEqualTo(prompts.size());
      assertThat(cluster.count("select count(*) from request_attempt")).isEqualTo(prompts.size());
      assertThat(cluster.count("select count(distinct daemon_id) from request_attempt"))
          .as("runs that worked")
          .isGreaterThan(1);
    }
  }

  @Test
  void smallAccountsWaitLittleLongerBesideAVeryLargeOne() {
    int rows = 10;
    double alone;
    double beside;
    try (CountingUpstream upstream = CountingUpstream.start(Duration.ofMillis(300));
        DaemonCluster cluster = cluster(upstream, 5)) {
      alone = waitOfSmallAccounts(upstream, cluster, rows);
    }
    try (CountingUpstream upstream = CountingUpstream.start(Duration.ofMillis(300));
        DaemonCluster cluster = cluster(upstream, 5)) {
      cluster.queue("large", 10_000 * SCALE);
      beside = waitOfSmallAccounts(upstream, cluster, rows);
    }

    assertThat(beside).as("alone it is %.0f ms", alone).isLessThanOrEqualTo(2 * alone);
  }

  /// The 95th percentile of the time from the start of a daemon to the call of a small row, in ms.
  private static double waitOfSmallAccounts(
      CountingUpstream upstream, DaemonCluster cluster, int rows) {
    cluster.queue("small", rows);
    cluster.queue("smaller", rows);
    long start = System.nanoTime();
    cluster.start(1, TEN_SLOTS);
    cluster.await(
        """
        select pg_sleep(0.05) is not null and count(*) = %d from request r join account a
          on a.id = r.account_id where a.name like 'small%%' and r.state = 'completed'
        """
            .formatted(2 * rows));
    double[] waits =
        upstream.calls().stream()
            .filter(call -> call.prompt().startsWith("small"))
            .mapToDouble(call -> (call.nanoTime() - start) / 1e6)
            .toArray();
    Arrays.sort(waits);
    return waits[(int) Math.ceil(0.95 * waits.length) - 1];
  }

  @Test
  void anOutageIsNotMetWithAStormOfRetriesNorItsEndWithASpike() {
    int rows = 5_000 * SCALE;
    int maxInFlight = 50;
    try (CountingUpstream upstream = CountingUpstream.start(Duration.ZERO);
        DaemonCluster cluster = cluster(upstream, maxInFlight)) {
      upstream.fail(true);
      cluster.queue("storm", rows);
      cluster.start(1, Map.of("sluice.daemon.slots", 100));
      cluster.await(
          """
          select pg_sleep(0.05) is not null and count(*) = 0 from request
          where state = 'pending' and attempt = 0
          """);
      long runs = cluster.count("select count(*) from daemon");

      assertThat((long) upstream.calls().size()).isLessThanOrEqualTo(rows + rows / 10 + 10 * runs);

      upstream.fail(false);
      cluster.awaitAllEnded();
      cluster.stop();

      assertThat(cluster.count("select count(*) from request where state = 'completed'"))
          .isEqualTo(rows);
      assertThat(upstream.most()).isLessThanOrEqualTo(maxInFlight);
      Map<String, Integer> calls = new HashMap<>();
      upstream.calls().forEach(call -> calls.merge(call.prompt(), 1, Integer::sum));
      assertThat(cluster.count("select count(*) from request_attempt"))
          .isEqualTo(upstream.calls().size());
      assertThat(calls).hasSize(rows);
    }
  }

  private DaemonCluster cluster(CountingUpstream upstream, int maxInFlight) {
    return new DaemonCluster(directory, upstream.modelsFile(directory, maxInFlight));
  }
}
