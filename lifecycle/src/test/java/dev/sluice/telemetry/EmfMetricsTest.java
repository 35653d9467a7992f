package dev.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every metric of the table as a line, held against what AWS asks of one ("Specification: Embedded
/// metric format", its JSON schema and its rules on target members).
final class EmfMetricsTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @ParameterizedTest
  @EnumSource(Metric.class)
  void everyLineIsAnObjectWithOneDirective(Metric metric) {
    JsonObject line = line(metric);

    JsonObject metadata = line.object("_aws").orElseThrow();
    assertThat(metadata.members()).containsOnlyKeys("Timestamp", "CloudWatchMetrics");
    assertThat(metadata.number("Timestamp")).contains(NOW.toEpochMilli());
    assertThat(metadata.items("CloudWatchMetrics")).hasSize(1);
    assertThat(directive(line).members()).containsOnlyKeys("Namespace", "Dimensions", "Metrics");
    assertThat(directive(line).text("Namespace")).contains("Two");
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void everyLineDefinesOneMetricWhoseTargetIsANumber(Metric metric) {
    JsonObject line = line(metric);

    JsonObject definition = (JsonObject) directive(line).items("Metrics").getFirst();
    assertThat(definition.members()).containsOnlyKeys("Name", "Unit");
    assertThat(definition.text("Name")).contains(metric.text());
    assertThat(definition.text("Unit").orElseThrow())
        .matches("Seconds|Milliseconds|Bytes|Percent|Count|None");
    assertThat(line.get(metric.text())).isInstanceOf(JsonNumber.class);
  }

  /// CloudWatch adds nothing up by itself, so an alarm needs the metric without its labels.
  @ParameterizedTest
  @EnumSource(Metric.class)
  void everyMetricIsPublishedWithAllItsLabelsAndWithNone(Metric metric) {
    JsonObject line = line(metric);

    List<JsonValue> sets = directive(line).items("Dimensions");
    assertThat(sets).doesNotHaveDuplicates().contains(JsonArray.EMPTY);
    assertThat(names(sets.getLast())).isEqualTo(metric.labels()).hasSizeLessThanOrEqualTo(30);
    for (String name : metric.labels()) {
      assertThat(name).hasSizeBetween(1, 250);
      assertThat(line.text(name)).contains("a value");
    }
  }

  private static List<String> names(JsonValue set) {
    return ((JsonArray) set).items().stream().map(name -> ((JsonString) name).text()).toList();
  }

  private static JsonObject directive(JsonObject line) {
    return (JsonObject) line.object("_aws").orElseThrow().items("CloudWatchMetrics").getFirst();
  }

  private static JsonObject line(Metric metric) {
    List<String> lines = new ArrayList<>();
    String[] values = metric.labels().stream().map(_ -> "a value").toArray(String[]::new);
    new EmfMetrics("Two", InstantSource.fixed(NOW), lines::add).record(metric, 3, values);
    assertThat(lines).hasSize(1).first().asString().doesNotContain("\n");
    return Json.objectOrEmpty(lines.getFirst().getBytes(StandardCharsets.UTF_8));
  }
}
