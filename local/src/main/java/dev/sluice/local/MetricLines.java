package dev.sluice.local;

import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What CloudWatch does with the output of a function: lines in the embedded metric format become
/// figures. It reads what [dev.sluice.telemetry.EmfMetrics] writes.
final class MetricLines {

  private static final Map<String, Metric> METRICS =
      Arrays.stream(Metric.values()).collect(Collectors.toMap(Metric::text, Function.identity()));

  private final Metrics figures;

  MetricLines(Metrics figures) {
    this.figures = figures;
  }

  /// Counts the figure of a line. Answers false when the line is something else.
  boolean take(String line) {
    if (!line.startsWith("{\"_aws\":")) {
      return false;
    }
    JsonObject json = Json.objectOrEmpty(line.getBytes(StandardCharsets.UTF_8));
    for (Map.Entry<String, JsonValue> member : json.members().entrySet()) {
      Metric metric = METRICS.get(member.getKey());
      if (metric != null && member.getValue() instanceof JsonNumber value) {
        figures.record(metric, value.toDouble(), labels(metric, json));
        return true;
      }
    }
    return false;
  }

  private static String[] labels(Metric metric, JsonObject json) {
    return metric.labels().stream()
        .map(label -> json.text(label).orElse(""))
        .toArray(String[]::new);
  }
}
