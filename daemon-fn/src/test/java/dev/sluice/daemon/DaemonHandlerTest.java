package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.aws.DirectoryObjectStore;
import dev.sluice.daemon.DaemonEvent.UnknownEventException;
import dev.sluice.emulators.LambdaContext;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.telemetry.Metric;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The function as Lambda calls it, on PostgreSQL, a queue server and a directory of objects.
final class DaemonHandlerTest {

  private static final int MINUTE = 60_000;
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path directory;

  private Fixture fixture;

  @BeforeEach
  void open() {
    fixture = Fixture.create(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void aTickRescuesSweepsAndTellsWhatItDid() throws IOException {
    fixture.insertProcessing(3, HOUR);
    fixture.insertProcessing(2, Duration.ofMinutes(19));
    new DirectoryObjectStore(directory)
        .put("spill/a/b/c.json", "a record".getBytes(StandardCharsets.UTF_8));

    try (DaemonHandler handler = fixture.handler(Map.of())) {
      assertThat(tick(handler, MINUTE))
          .isEqualTo(
              """
              {"gateways_lost":3,"spills_swept":1,"spills_failed":0,"claimed":0,"completed":0,\
              "failed":0,"retried":0,"returned":0,"rescued":0,"expired":0,"retained":0}\
              """);
    }

    assertThat(fixture.query("select state, count(*) from request group by 1 order by 1"))
        .containsExactly("failed|3", "processing|2");
    assertThat(fixture.received()).containsExactly("a record");
    assertThat(
            fixture.query(
                """
                select version, gateways_lost, spills_swept, spills_failed,
                  stopped_at >= started_at and stopped_at = heartbeat_at
                from daemon
                """))
        .containsExactly("$LATEST|3|1|0|t");
    assertThat(Fixture.total(fixture.metrics, Metric.DAEMON_GATEWAY_LOST)).isEqualTo(3);
  }

  @Test
  void everyInvocationIsARunOfItsOwn() throws IOException {
    try (DaemonHandler handler = fixture.handler(Map.of());
        DaemonHandler copy = fixture.handler(Map.of())) {
      var _ = tick(handler, MINUTE);
      var _ = tick(handler, MINUTE);
      var _ = tick(copy, MINUTE);
    }

    assertThat(
            fixture.query(
                "select substr(id::text, 15, 1), count(distinct id) from daemon group by 1"))
        .containsExactly("4|3");
  }

  /// The median, because the machine may be busy with something else at any moment.
  @Test
  void aWarmRunThatFindsNothingIsShort() throws IOException {
    try (DaemonHandler handler = fixture.handler(Map.of())) {
      long[] nanos = new long[21];
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        assertThat(tick(handler, MINUTE)).contains("\"gateways_lost\":0");
        nanos[i] = System.nanoTime() - start;
      }
      Arrays.sort(nanos);

      assertThat(Duration.ofNanos(nanos[nanos.length / 2])).isLessThan(Duration.ofMillis(200));
    }
  }

  @Test
  void aRunLeavesNoConnectionBehind() throws IOException {
    try (DaemonHandler handler = fixture.handler(Map.of())) {
      var _ = tick(handler, MINUTE);

      fixture.awaitNoSession();
    }
  }

  @Test
  void severalPagesAreOneRun() throws IOException {
    fixture.insertProcessing(25, HOUR);

    try (DaemonHandler handler = fixture.handler(Map.of("sluice.daemon.rescue-page", 10))) {
      assertThat(tick(handler, MINUTE)).contains("\"gateways_lost\":25");
      assertThat(tick(handler, MINUTE)).contains("\"gateways_lost\":0");
    }
  }

  @Test
  void thePageShrinksWhenTheDatabaseIsSlowAndAllIsDoneInTheEnd() throws IOException {
    fixture.insertProcessing(12, HOUR);
    fixture.execute(
        """
        create function dawdle() returns trigger language plpgsql as
          'begin perform pg_sleep(0.1); return new; end'
        """);
    fixture.execute(
        "create trigger dawdle before update on request for each row execute function dawdle()");

    try (DaemonHandler handler =
        fixture.handler(
            Map.of(
                "sluice.daemon.rescue-page",
                50,
                "sluice.daemon.rescue-statement-timeout",
                "500ms"))) {
      assertThat(tick(handler, MINUTE)).contains("\"gateways_lost\":12");
    }

    // Twice for pages of 12 and 10 rows; once more when the machine is too busy for two.
    assertThat(Fixture.total(fixture.metrics, Metric.DAEMON_RESCUE_TOO_SLOW)).isBetween(2.0, 3.0);
  }

  @Test
  void aDatabaseThatNeverManagesOneRowFailsTheRunButNotTheSweep() throws IOException {
    fixture.insertProcessing(1, HOUR);
    fixture.execute(
        """
        create function dawdle() returns trigger language plpgsql as
          'begin perform pg_sleep(9); return new; end'
        """);
    fixture.execute(
        "create trigger dawdle before update on request for each row execute function dawdle()");
    new DirectoryObjectStore(directory).put("spill/a", "a record".getBytes(StandardCharsets.UTF_8));

    try (DaemonHandler handler =
        fixture.handler(
            Map.of(
                "sluice.daemon.rescue-page",
                5,
                "sluice.daemon.rescue-statement-timeout",
                "50ms"))) {
      assertThatThrownBy(() -> tick(handler, MINUTE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("one lost request");
    }

    assertThat(fixture.received()).containsExactly("a record");
    assertThat(fixture.query("select spills_swept, stopped_at is not null from daemon"))
        .containsExactly("1|t");
  }

  @Test
  void concurrentTicksEndEachRowOnce() throws Exception {
    fixture.insertProcessing(600, HOUR);
    List<Thread> threads = new ArrayList<>();

    try (DaemonHandler handler =
        fixture.handler(Map.of("sluice.daemon.rescue-page", 20, "sluice.database.pool-size", 3))) {
      for (int i = 0; i < 3; i++) {
        threads.add(Thread.ofVirtual().start(() -> assertTicks(handler)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }

    assertThat(fixture.query("select sum(gateways_lost), count(stopped_at) from daemon"))
        .containsExactly("600|3");
    assertThat(Fixture.total(fixture.metrics, Metric.DAEMON_GATEWAY_LOST)).isEqualTo(600);
  }

  private static void assertTicks(DaemonHandler handler) {
    try {
      var _ = tick(handler, MINUTE);
    } catch (IOException e) {
      throw new AssertionError("The tick failed", e);
    }
  }

  @Test
  void anInvocationWithoutTimeLeavesTheWorkToTheNext() throws IOException {
    fixture.insertProcessing(1, HOUR);

    try (DaemonHandler handler = fixture.handler(Map.of())) {
      assertThat(tick(handler, 15_000)).contains("\"gateways_lost\":0");
      assertThat(tick(handler, MINUTE)).contains("\"gateways_lost\":1");
    }
  }

  @Test
  void anUnknownEventFailsTheInvocationAndStartsNoRun() {
    try (DaemonHandler handler = fixture.handler(Map.of())) {
      assertThatThrownBy(() -> call(handler, "{\"Records\":[]}", MINUTE))
          .isInstanceOf(UnknownEventException.class)
          .hasMessageContaining("1 other members");
    }

    assertThat(fixture.query("select id from daemon")).isEmpty();
  }

  @Test
  void aDatabaseThatIsAwayFailsTheInvocationAndNothingIsTouched() {
    new DirectoryObjectStore(directory).put("spill/a", "a record".getBytes(StandardCharsets.UTF_8));

    try (DaemonHandler handler =
        fixture.handler(
            Map.of(
                "datasources.default.url",
                "jdbc:postgresql://127.0.0.1:1/none",
                "sluice.daemon.resume-wait",
                "1s"))) {
      assertThatThrownBy(() -> tick(handler, MINUTE)).isInstanceOf(StoreUnavailableException.class);
    }

    assertThat(new DirectoryObjectStore(directory).list("spill/", 10)).containsExactly("spill/a");
    assertThat(fixture.received()).isEmpty();
  }

  private static String tick(DaemonHandler handler, int remainingMillis) throws IOException {
    return call(handler, DaemonEventTest.TICK, remainingMillis);
  }

  private static String call(DaemonHandler handler, String event, int remainingMillis)
      throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(
        new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)),
        answer,
        LambdaContext.starting("daemon", "invocation", null, Duration.ofMillis(remainingMillis)));
    return answer.toString(StandardCharsets.UTF_8);
  }
}
