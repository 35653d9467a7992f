package dev.sluice.telemetry;

/// Where figures go. Calls never block and never throw for a failing sink. Safe for use by several
/// threads.
public interface Metrics {

  /// Records one value of a metric.
  ///
  /// @param labelValues one per label of the metric, in its order; never a body, a prompt or a key
  /// @throws IllegalArgumentException when the number of label values is wrong
  void record(Metric metric, double value, String... labelValues);

  /// Records the value 1.
  default void count(Metric metric, String... labelValues) {
    record(metric, 1, labelValues);
  }
}
