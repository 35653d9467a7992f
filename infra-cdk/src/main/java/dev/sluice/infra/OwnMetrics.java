package dev.sluice.infra;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.Metric;

/// The metrics that the functions write, from the table `metrics.json`: what is not in it can
/// neither be drawn nor raise an alarm.
final class OwnMetrics {

  private final Map<String, List<String>> labels = new LinkedHashMap<>();
  private final String namespace;

  OwnMetrics(DeploymentContext context) {
    namespace = namespace(context);
    for (JsonNode row : Tables.rows("metrics.json")) {
      labels.put(
          Tables.text(row, "name"),
          StreamSupport.stream(row.path("labels").spliterator(), false)
              .map(JsonNode::textValue)
              .toList());
    }
  }

  /// Of one deployment: two in an account would add up to the same metrics otherwise.
  static String namespace(DeploymentContext context) {
    return context.name("metrics");
  }

  /// A metric over all its labels, which the functions publish beside the labelled one.
  ///
  /// @throws IllegalArgumentException when there is no such metric
  Metric all(String name, String statistic, Duration period) {
    var _ = labelsOf(name);
    return Metric.Builder.create()
        .namespace(namespace)
        .metricName(name)
        .statistic(statistic)
        .period(period)
        .build();
  }

  /// One line for each combination of labels that there is.
  ///
  /// @throws IllegalArgumentException when there is no such metric, or it has no labels
  IMetric each(String name, String statistic, Duration period) {
    List<String> dimensions = labelsOf(name);
    if (dimensions.isEmpty()) {
      throw new IllegalArgumentException(name + " has no labels");
    }
    return MathExpression.Builder.create()
        .expression(
            "SEARCH('{\"%s\",%s} MetricName=\"%s\"', '%s', %d)"
                .formatted(
                    namespace,
                    String.join(",", dimensions),
                    name,
                    statistic,
                    period.toSeconds().intValue()))
        .usingMetrics(Map.of())
        .label("")
        .period(period)
        .build();
  }

  private List<String> labelsOf(String name) {
    List<String> found = labels.get(name);
    if (found == null) {
      throw new IllegalArgumentException("metrics.json has no " + name);
    }
    return found;
  }
}
