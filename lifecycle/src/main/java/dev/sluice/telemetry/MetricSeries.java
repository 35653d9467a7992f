package dev.sluice.telemetry;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Figures kept in memory: the dev stack serves them and tests read them.
public final class MetricSeries implements Metrics {

  /// One metric with one set of label values.
  public record Key(Metric metric, List<String> labelValues) {

    public Key {
      labelValues = List.copyOf(labelValues);
      if (labelValues.size() != metric.labels().size()) {
        throw new IllegalArgumentException(metric.text() + " has the labels " + metric.labels());
      }
    }
  }

  /// How often a series was recorded, and the sum and the largest of its values.
  public record Total(long count, double sum, double max) {

    Total plus(double value) {
      return new Total(count + 1, sum + value, Math.max(max, value));
    }
  }

  private final ConcurrentHashMap<Key, Total> totals = new ConcurrentHashMap<>();

  @Override
  public void record(Metric metric, double value, String... labelValues) {
    var _ =
        totals.compute(
            new Key(metric, List.of(labelValues)),
            (_, total) -> (total == null ? new Total(0, 0, value) : total).plus(value));
  }

  public Map<Key, Total> snapshot() {
    return Map.copyOf(totals);
  }

  /// The text exposition format of Prometheus, version 0.0.4: a count, a sum and a maximum for each
  /// series.
  public String toText() {
    TreeMap<String, String> lines = new TreeMap<>();
    totals.forEach((key, total) -> {
      String name = "sluice_" + key.metric().text();
      String labels = labels(key);
      lines.put(name + "_count" + labels, String.valueOf(total.count()));
      if (key.metric().unit() != Metric.Unit.COUNT || total.sum() != total.count()) {
        lines.put(name + "_max" + labels, String.valueOf(total.max()));
        lines.put(name + "_sum" + labels, String.valueOf(total.sum()));
      }
    });
    StringBuilder text = new StringBuilder();
    lines.forEach((name, value) -> text.append(name).append(' ').append(value).append('\n'));
    return text.toString();
  }

  private static String labels(Key key) {
    if (key.labelValues().isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < key.labelValues().size(); i++) {
      String value =
          key.labelValues().get(i).replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      text.append(i == 0 ? "" : ",").append(key.metric().labels().get(i));
      text.append("=\"").append(value).append('"');
    }
    return text.append('}').toString();
  }
}
