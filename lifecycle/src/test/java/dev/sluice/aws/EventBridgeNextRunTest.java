package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.OneTimeSchedules;
import dev.sluice.emulators.OneTimeSchedules.Schedule;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;

/// Against a stand-in for `CreateSchedule` (EventBridge Scheduler API Reference).
final class EventBridgeNextRunTest {

  private static final String FUNCTION =
      "arn:aws:lambda:eu-central-1:000000000000:function:daemon:live";
  private static final String ROLE = "arn:aws:iam::000000000000:role/scheduler";
  private static final Instant AT = Instant.parse("2026-11-21T12:31:00Z");

  private final MetricSeries metrics = new MetricSeries();

  @Test
  void severalRunsThatWantTheSameMinuteMakeOneCall() {
    try (OneTimeSchedules schedules = OneTimeSchedules.start();
        EventBridgeNextRun first = nextRun(schedules.endpoint());
        EventBridgeNextRun second = nextRun(schedules.endpoint())) {
      first.arrange(FUNCTION, AT);
      second.arrange(FUNCTION, AT);
      second.arrange(FUNCTION, AT.plusSeconds(60));

      assertThat(schedules.waiting())
          .containsExactly(
              new Schedule(
                  "daemon-20261121T1231", "the-group", AT, FUNCTION, ROLE, "daemon-20261121T1231"),
              new Schedule(
                  "daemon-20261121T1232",
                  "the-group",
                  AT.plusSeconds(60),
                  FUNCTION,
                  ROLE,
                  "daemon-20261121T1232"));
      assertThat(total(Metric.DAEMON_NEXT_RUNS)).isEqualTo(3);
    }
  }

  @Test
  void onAwsTheServerIsThatOfTheRegion() {
    assertThat(EventBridgeNextRun.server(Region.EU_CENTRAL_1))
        .isEqualTo(URI.create("https://scheduler.eu-central-1.amazonaws.com"));
  }

  @Test
  void aScheduleThatIsThereAlreadyIsAsGood() {
    assertThat(outcome(UpstreamAnswer.json(409, "{}"))).isEqualTo(Map.of("daemon_next_runs", 1L));
  }

  @Test
  void aRefusalIsCountedAndNotThrown() {
    assertThat(outcome(UpstreamAnswer.json(403, "{\"Message\":\"no\"}")))
        .isEqualTo(Map.of("daemon_next_run_failures[refused]", 1L));
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() {
    assertThat(outcome(UpstreamAnswer.never()))
        .isEqualTo(Map.of("daemon_next_run_failures[unreachable]", 1L));
  }

  private Map<String, Long> outcome(UpstreamAnswer answer) {
    try (ScriptedUpstream server = ScriptedUpstream.start(_ -> answer);
        EventBridgeNextRun nextRun = nextRun(URI.create("http://127.0.0.1:" + server.port()))) {
      nextRun.arrange(FUNCTION, AT);

      return metrics.snapshot().entrySet().stream()
          .collect(
              Collectors.toMap(
                  entry -> entry.getKey().metric().text() + labels(entry.getKey().labelValues()),
                  entry -> entry.getValue().count()));
    }
  }

  private static String labels(List<String> values) {
    return values.isEmpty() ? "" : values.toString();
  }

  private long total(Metric metric) {
    return metrics.snapshot().entrySet().stream()
        .filter(entry -> entry.getKey().metric() == metric)
        .mapToLong(entry -> entry.getValue().count())
        .sum();
  }

  private EventBridgeNextRun nextRun(URI endpoint) {
    return EventBridgeNextRun.connect(
        new EventBridgeNextRun.Target("the-group", ROLE, endpoint),
        InstantSource.fixed(AT.minusSeconds(1_800)),
        metrics);
  }
}
