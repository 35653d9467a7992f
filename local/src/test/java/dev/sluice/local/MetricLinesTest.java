package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.telemetry.EmfMetrics;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Figures on their way through a function's output.
final class MetricLinesTest {

  private final MetricSeries read = new MetricSeries();
  private final MetricLines lines = new MetricLines(read);

  @ParameterizedTest
  @EnumSource(Metric.class)
  void whatAFunctionWritesIsCountedAsItWasMeant(Metric metric) {
    String[] labels = new String[metric.labels().size()];
    Arrays.setAll(labels, index -> "wért \"" + index + '"');
    MetricSeries meant = new MetricSeries();
    List<String> written = new ArrayList<>();
    meant.record(metric, 12.5, labels);

    new EmfMetrics("Sluice", () -> Instant.EPOCH, written::add).record(metric, 12.5, labels);

    assertThat(written).hasSize(1).allMatch(lines::take);
    assertThat(read.snapshot()).isEqualTo(meant.snapshot());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a line of text",
        "{\"level\":\"INFO\",\"formattedMessage\":\"gateway_requests\"}",
        "{\"_aws\":{}}",
        "{\"_aws\":{},\"gateway_requests\":\"1\"}",
        "{\"_aws\":{},\"something_else\":1}",
        "{\"_aws\": cut off"
      })
  void anythingElseIsLeftToTheLog(String line) {
    assertThat(lines.take(line)).isFalse();
    assertThat(read.snapshot()).isEmpty();
  }

  @Test
  void aLineWithoutALabelCountsWithAnEmptyOne() {
    assertThat(lines.take("{\"_aws\":{},\"endpoint\":\"chat\",\"gateway_requests\":1}")).isTrue();

    assertThat(read.snapshot())
        .containsOnlyKeys(new MetricSeries.Key(Metric.GATEWAY_REQUESTS, List.of("chat", "")));
  }
}
