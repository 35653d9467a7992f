package dev.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class MetricsTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private final MetricSeries series = new MetricSeries();

  @Test
  void aSeriesKeepsCountSumAndMaximum() {
    series.record(Metric.UPSTREAM_LATENCY, 5, "m", "200");
    series.record(Metric.UPSTREAM_LATENCY, 7, "m", "200");
    series.record(Metric.UPSTREAM_LATENCY, 1, "m", "500");

    assertThat(series.snapshot())
        .containsEntry(
            new MetricSeries.Key(Metric.UPSTREAM_LATENCY, List.of("m", "200")),
            new MetricSeries.Total(2, 12, 7))
        .hasSize(2);
  }

  @Test
  void negativeValuesHaveAMaximumToo() {
    series.record(Metric.COMPLETION_BATCH_SIZE, -3);

    assertThat(series.snapshot().values()).containsExactly(new MetricSeries.Total(1, -3, -3));
  }

  @Test
  void theTextIsWhatPrometheusReads() {
    series.count(Metric.GATEWAY_REQUESTS, "chat", "200");
    series.count(Metric.GATEWAY_REQUESTS, "chat", "200");
    series.record(Metric.GATEWAY_OVERHEAD, 2.5, "a\"b\\c\nd");
    series.count(Metric.INTERNAL_HEADERS_STRIPPED);

    assertThat(series.toText())
        .isEqualTo(
            """
            sluice_gateway_overhead_count{endpoint="a\\"b\\\\c\\nd"} 1
            sluice_gateway_overhead_max{endpoint="a\\"b\\\\c\\nd"} 2.5
            sluice_gateway_overhead_sum{endpoint="a\\"b\\\\c\\nd"} 2.5
            sluice_gateway_requests_count{endpoint="chat",status="200"} 2
            sluice_internal_headers_stripped_count 1
            """);
  }

  @Test
  void aWrongNumberOfLabelsIsAMistakeOfTheCaller() {
    EmfMetrics emf = new EmfMetrics("Sluice", InstantSource.fixed(NOW), _ -> {});

    for (Metrics metrics : List.of(series, emf)) {
      assertThatThrownBy(() -> metrics.count(Metric.GATEWAY_REQUESTS, "chat"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("gateway_requests");
    }
  }

  /// AWS, "Specification: Embedded metric format".
  @Test
  void aLineForCloudWatchHasItsDirectiveItsLabelsAndItsValue() {
    List<String> lines = new ArrayList<>();
    EmfMetrics metrics = new EmfMetrics("Sluice", InstantSource.fixed(NOW), lines::add);

    metrics.record(Metric.UPSTREAM_LATENCY, 12.5, "modèle", "200");

    assertThat(lines)
        .containsExactly(
            """
            {"_aws":{"Timestamp":1795255200000,"CloudWatchMetrics":[{"Namespace":"Sluice",\
            "Dimensions":[[],["model","status"]],"Metrics":[{"Name":"upstream_latency",\
            "Unit":"Milliseconds"}]}]},"model":"mod\\u00E8le","status":"200",\
            "upstream_latency":12.5}\
            """);
    JsonObject json = Json.objectOrEmpty(lines.getFirst().getBytes(StandardCharsets.UTF_8));
    assertThat(json.get("upstream_latency")).isInstanceOf(JsonNumber.class);
  }

  @Test
  void namesOfMetricsAndLabelsAreTheirOwn() {
    assertThat(Arrays.stream(Metric.values()).map(Metric::text))
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z_]+"));
    for (Metric metric : Metric.values()) {
      assertThat(metric.labels()).doesNotHaveDuplicates().doesNotContain(metric.text());
    }
  }

  @Test
  void nothingIsLostBetweenThreads() throws Exception {
    try (var threads = Executors.newFixedThreadPool(8)) {
      Callable<Boolean> thousand =
          () -> {
            for (int i = 0; i < 1_000; i++) {
              series.count(Metric.COMPLETION_RECORDS_STORED);
            }
            return true;
          };
      for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(8, thousand))) {
        assertThat(done.get()).isTrue();
      }
    }

    assertThat(series.snapshot().values()).containsExactly(new MetricSeries.Total(8_000, 8_000, 1));
  }
}
