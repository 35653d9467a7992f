package dev.sluice.telemetry;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/// Figures as lines of CloudWatch's embedded metric format (AWS, "Specification: Embedded metric
/// format"): one JSON line per value, from which CloudWatch makes the metric without a call.
///
/// A metric with labels is published twice: with all of them, and with none. CloudWatch sums over
/// no dimension by itself, and an alarm names one metric exactly, so it reads the second.
public final class EmfMetrics implements Metrics {

  private final String namespace;
  private final InstantSource clock;
  private final Consumer<String> line;

  /// @param namespace of CloudWatch in which the metrics appear
  /// @param line takes one line without its line end; on Lambda it goes to standard output
  public EmfMetrics(String namespace, InstantSource clock, Consumer<String> line) {
    this.namespace = namespace;
    this.clock = clock;
    this.line = line;
  }

  @Override
  public void record(Metric metric, double value, String... labelValues) {
    MetricSeries.Key key = new MetricSeries.Key(metric, List.of(labelValues));
    JsonObject definition =
        JsonObject.builder().put("Name", metric.text()).put("Unit", metric.unit().text()).build();
    JsonObject directive =
        JsonObject.builder()
            .put("Namespace", namespace)
            .put("Dimensions", dimensionSets(metric))
            .put("Metrics", new JsonArray(List.of(definition)))
            .build();
    JsonObject.Builder json =
        JsonObject.builder()
            .put(
                "_aws",
                JsonObject.builder()
                    .put("Timestamp", clock.millis())
                    .put("CloudWatchMetrics", new JsonArray(List.of(directive)))
                    .build());
    for (int i = 0; i < metric.labels().size(); i++) {
      json.put(metric.labels().get(i), key.labelValues().get(i));
    }
    json.put(metric.text(), new JsonNumber(Double.toString(value)));
    line.accept(new String(Json.writeAscii(json.build()), StandardCharsets.US_ASCII));
  }

  private static JsonArray dimensionSets(Metric metric) {
    JsonArray labels =
        new JsonArray(metric.labels().stream().<JsonValue>map(JsonValue::of).toList());
    return new JsonArray(
        metric.labels().isEmpty() ? List.of(labels) : List.of(JsonArray.EMPTY, labels));
  }
}
