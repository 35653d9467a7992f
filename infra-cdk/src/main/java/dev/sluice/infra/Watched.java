package dev.sluice.infra;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.sqs.Queue;

/// What AWS itself counts of a deployment.
final class Watched {

  private final DatabaseStack database;
  private final QueuesStack queues;
  private final FunctionsStack functions;
  private final ApiStack api;

  Watched(DatabaseStack database, QueuesStack queues, FunctionsStack functions, ApiStack api) {
    this.database = database;
    this.queues = queues;
    this.functions = functions;
    this.api = api;
  }

  /// A function that is called through an alias, with its limits.
  ///
  /// @param name as in the names of alarms
  /// @param errors so many in a quarter of an hour that somebody must look
  record WatchedFunction(
      String name, DeployedFunction function, Sizes.FunctionSize size, int errors) {}

  /// Callers of most functions try again. A tick has nobody to, and the next may be far.
  List<WatchedFunction> functions(Sizes sizes) {
    return List.of(
        new WatchedFunction("inference", functions.inference(), sizes.inference(), 3),
        new WatchedFunction("api", functions.api(), sizes.api(), 3),
        new WatchedFunction("completion", functions.completion(), sizes.completion(), 3),
        new WatchedFunction("daemon", functions.daemon(), sizes.daemon(), 1));
  }

  DeployedFunction daemon() {
    return functions.daemon();
  }

  QueuesStack queues() {
    return queues;
  }

  Metric ofFunction(DeployedFunction function, String name, String statistic, Duration period) {
    return metric(
        "AWS/Lambda",
        name,
        statistic,
        period,
        Map.of("FunctionName", function.function().getFunctionName()));
  }

  Metric ofQueue(Queue queue, String name, String statistic, Duration period) {
    return metric("AWS/SQS", name, statistic, period, Map.of("QueueName", queue.getQueueName()));
  }

  Metric ofApi(String name, String statistic, Duration period) {
    return metric("AWS/ApiGateway", name, statistic, period, api.dimensions());
  }

  Metric ofDatabase(String name, String statistic, Duration period) {
    return metric("AWS/RDS", name, statistic, period, database.dimensions());
  }

  private static Metric metric(
      String namespace,
      String name,
      String statistic,
      Duration period,
      Map<String, String> dimensions) {
    return Metric.Builder.create()
        .namespace(namespace)
        .metricName(name)
        .statistic(statistic)
        .period(period)
        .dimensionsMap(dimensions)
        .build();
  }
}
