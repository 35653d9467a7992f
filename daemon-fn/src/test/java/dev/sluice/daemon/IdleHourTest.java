package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.OneTimeSchedules;
import dev.sluice.emulators.OneTimeSchedules.Schedule;
import dev.sluice.emulators.Scheduler;
import dev.sluice.emulators.Scheduler.Tick;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.TcpProxy;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.telemetry.Metric;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The function as it is called in profile `dev`: every hour, and once when something is due. The
/// test drives the clock of the schedules; the database sees each connection through a door that
/// counts.
final class IdleHourTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @TempDir private Path directory;

  private Fixture fixture;
  private TcpProxy door;
  private OneTimeSchedules schedules;

  @BeforeEach
  void open() {
    fixture = Fixture.create(directory);
    door = TcpProxy.start(port());
    schedules = OneTimeSchedules.start();
  }

  @AfterEach
  void close() {
    schedules.close();
    door.close();
    fixture.close();
  }

  /// Nobody calls the function in that hour, since nothing of the run asked for it. It is an hour
  /// of the schedules' clock: what a pool does by itself in a frozen function is no part of it.
  @Test
  void aRunThatLeavesNothingIsFollowedByNoneForAnHour() {
    try (DaemonHandler handler = fixture.handler(settings());
        Scheduler hourly = hourly(handler)) {
      assertThat(hourly.tickOnce()).isInstanceOf(Tick.Answered.class);
      int connections = door.accepted();
      assertThat(connections).isPositive();
      fixture.awaitNoSession();

      Instant start = databaseClock();
      for (int minute = 1; minute < HOUR.toMinutes(); minute++) {
        assertThat(schedules.fire(start.plus(Duration.ofMinutes(minute)), hourly)).isEmpty();
      }

      assertThat(door.accepted()).isEqualTo(connections);
      assertThat(schedules.waiting()).isEmpty();
      assertThat(fixture.metrics.snapshot().keySet())
          .extracting(key -> key.metric())
          .doesNotContain(Metric.DAEMON_NEXT_RUNS, Metric.DAEMON_NEXT_RUN_FAILURES);
      assertThat(hourly.tickOnce()).isInstanceOf(Tick.Answered.class);
      assertThat(door.accepted()).as("the next hour").isGreaterThan(connections);
    }
  }

  @Test
  void aDelayedRequestIsCalledByOneRunAtItsTime() {
    List<String> ids =
        fixture.insertPending(
            1, Map.of("attempt", "1", "not_before", "now() + interval '30 minutes'"));

    try (ScriptedUpstream upstream =
            ScriptedUpstream.answering(UpstreamAnswer.json(200, QueuedRequestsTest.ANSWER));
        DaemonHandler handler =
            fixture.handler(Fixture.models("http://127.0.0.1:" + upstream.port()), settings());
        Scheduler hourly = hourly(handler)) {
      assertThat(hourly.tickOnce()).isInstanceOf(Tick.Answered.class);
      assertThat(hourly.tickOnce()).as("a wake, say").isInstanceOf(Tick.Answered.class);
      Schedule only = theOnlySchedule();
      int connections = door.accepted();

      assertThat(schedules.fire(only.at().minus(Duration.ofMinutes(1)), hourly)).isEmpty();
      assertThat(door.accepted()).isEqualTo(connections);
      assertThat(upstream.requests()).isEmpty();

      // The database's clock cannot be driven: its row gets older instead.
      fixture.execute("update request set not_before = now()");
      assertThat(schedules.fire(only.at(), hourly))
          .singleElement()
          .isInstanceOf(Tick.Answered.class);

      assertThat(upstream.requests()).hasSize(1);
      assertThat(fixture.query("select id, state from request"))
          .containsExactly(ids.getFirst() + "|completed");
      assertThat(schedules.waiting()).isEmpty();
    }
  }

  private Schedule theOnlySchedule() {
    Instant due = instant("select extract(epoch from not_before) from request");
    Instant minute = due.truncatedTo(ChronoUnit.MINUTES);
    assertThat(schedules.waiting()).hasSize(1);
    Schedule only = schedules.waiting().getFirst();
    assertThat(only.at()).isEqualTo(minute.equals(due) ? due : minute.plusSeconds(60));
    assertThat(only.group()).isEqualTo("daemon");
    assertThat(only.role()).isEqualTo("arn:aws:iam::000000000000:role/scheduler");
    assertThat(only.function()).endsWith(":function:daemon");
    return only;
  }

  /// The pool's own repeats are enough here; those of a run are those of `ResumingRunTest`.
  @Test
  void aRunGetsThroughADoorThatRefusesAtFirst() {
    door.refuseNext(6);

    try (DaemonHandler handler = fixture.handler(settings());
        Scheduler hourly = hourly(handler)) {
      assertThat(hourly.tickOnce()).isInstanceOf(Tick.Answered.class);
    }

    assertThat(fixture.query("select count(*) from daemon")).containsExactly("1");
  }

  @Test
  void schedulesThatCannotBeMadeFailNoRun() {
    var _ = fixture.insertPending(1, Map.of("not_before", "now() + interval '30 minutes'"));
    Map<String, Object> away = new HashMap<>(settings());
    away.put("sluice.schedule.endpoint", "http://127.0.0.1:1");

    try (DaemonHandler handler = fixture.handler(away);
        Scheduler hourly = hourly(handler)) {
      assertThat(hourly.tickOnce()).isInstanceOf(Tick.Answered.class);
    }

    assertThat(Fixture.total(fixture.metrics, Metric.DAEMON_NEXT_RUN_FAILURES)).isEqualTo(1);
  }

  private static Scheduler hourly(DaemonHandler handler) {
    return Scheduler.paused(new Scheduler.Settings("daemon", HOUR, TIMEOUT, 1), handler);
  }

  private Map<String, Object> settings() {
    return Map.of(
        "datasources.default.url",
        fixture.database.url().replace(":" + port() + "/", ":" + door.port() + "/"),
        "sluice.daemon.drain-margin",
        "30s",
        "sluice.schedule.endpoint",
        schedules.endpoint().toString(),
        "sluice.schedule.group",
        "daemon",
        "sluice.schedule.role",
        "arn:aws:iam::000000000000:role/scheduler");
  }

  private int port() {
    return URI.create(fixture.database.url().substring("jdbc:".length())).getPort();
  }

  private Instant databaseClock() {
    return instant("select extract(epoch from now())");
  }

  /// @param sql of one number, the seconds of Unix time
  private Instant instant(String sql) {
    return Instant.EPOCH.plus(
        Duration.ofNanos(
            new BigDecimal(fixture.query(sql).getFirst()).movePointRight(9).longValueExact()));
  }
}
