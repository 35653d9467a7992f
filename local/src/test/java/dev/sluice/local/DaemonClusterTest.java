package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several daemons at once on one database, and one daemon behind a model server that fails: by
/// volume, as seen by the model server.
final class DaemonClusterTest {

  private static final int SCALE = Integer.getInteger("sluice.test.scale", 1);

  /// Results are saved soon, since a slot is only free again when they are.
  private static final Map<String, Object> TEN_SLOTS =
      Map.of("sluice.daemon.slots", 10, "sluice.daemon.flush-every", "10ms");

  /// Retries that nobody earned: what a run may begin with, and what is given in a while.
  private static final int GIVEN_RETRIES = 10;

  private static final Duration PAUSE = Duration.ofMillis(100);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void eachRequestIsCalledOnceAndTheModelIsNeverAskedTooMuch(int daemons) {
    int maxInFlight = 6 * daemons;
    try (CountingUpstream upstream = CountingUpstream.start(Duration.ofMillis(20));
        DaemonCluster cluster = cluster(upstream, maxInFlight)) {
      List<String> prompts = cluster.queue("once", 2_000 * SCALE);

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
  void anOutageIsNotMetWithAStormOfRetriesNorItsEndWithASpike() {
    int rows = 5_000 * SCALE;
    int maxInFlight = 100;
    try (CountingUpstream upstream = CountingUpstream.start(PAUSE);
        DaemonCluster cluster = cluster(upstream, maxInFlight)) {
      upstream.fail(true);
      cluster.queue("storm", rows);
      long start = System.nanoTime();
      cluster.start(1, Map.of("sluice.daemon.slots", 2 * maxInFlight));
      cluster.await(
          """
          select pg_sleep(0.05) is not null and not exists (
            select from request where attempt = 0 or attempt = 1 and state <> 'pending')
          """);

      long tenSeconds =
          Duration.ofNanos(System.nanoTime() - start).dividedBy(Duration.ofSeconds(10));
      assertThat((long) upstream.calls().size())
          .isLessThanOrEqualTo(rows + rows / 10 + GIVEN_RETRIES * (tenSeconds + 1));

      long recovered = System.nanoTime();
      upstream.fail(false);
      cluster.awaitAllEnded();
      cluster.stop();

      assertThat(cluster.count("select count(*) from request where state = 'completed'"))
          .isEqualTo(rows);
      assertThat(upstream.most()).isLessThanOrEqualTo(maxInFlight);
      assertNoSpike(upstream.calls(), recovered, maxInFlight);
      Map<String, Integer> calls = new HashMap<>();
      upstream.calls().forEach(call -> calls.merge(call.prompt(), 1, Integer::sum));
      assertThat(cluster.count("select count(*) from request_attempt"))
          .isEqualTo(upstream.calls().size());
      assertThat(calls).hasSize(rows);
    }
  }

  /// A retry is earned by an answer, which takes the pause: a window of that length begins no more
  /// retries than those given, what the last first calls earned, and two for each call of the
  /// windows before.
  private static void assertNoSpike(
      List<CountingUpstream.Call> calls, long recovered, int maxInFlight) {
    long before = 0;
    for (int window = 1; window <= 10; window++) {
      long end = recovered + window * PAUSE.toNanos();
      long until =
          calls.stream()
              .mapToLong(CountingUpstream.Call::nanoTime)
              .filter(came -> came >= recovered && came < end)
              .count();
      assertThat(until)
          .as("retries within %d pauses of the recovery", window)
          .isLessThanOrEqualTo(2L * GIVEN_RETRIES + maxInFlight / 10 + 2 * before);
      before = until;
    }
  }

  private DaemonCluster cluster(CountingUpstream upstream, int maxInFlight) {
    return new DaemonCluster(directory, upstream.modelsFile(directory, maxInFlight));
  }
}
