package dev.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The deployment makes its dashboard and alarms from a file, because it may use no class of ours.
final class MetricFileTest {

  @Test
  void theFileOfTheDeploymentIsTheTable() throws IOException {
    List<JsonValue> ofTable =
        Arrays.stream(Metric.values()).<JsonValue>map(MetricFileTest::row).toList();

    assertThat(ofFile()).containsExactlyElementsOf(ofTable);
  }

  private static List<JsonValue> ofFile() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Metric.class.getResourceAsStream("/metrics.json"), "metrics.json")) {
      if (Json.parseUpstream(in.readAllBytes()) instanceof Json.Parse.Parsed(var document)
          && document.root() instanceof JsonArray(var rows)) {
        return rows;
      }
      throw new AssertionError("metrics.json is not an array");
    }
  }

  private static JsonObject row(Metric metric) {
    return JsonObject.builder()
        .put("name", metric.text())
        .put("unit", metric.unit().text())
        .put(
            "labels",
            new JsonArray(metric.labels().stream().<JsonValue>map(JsonValue::of).toList()))
        .build();
  }
}
