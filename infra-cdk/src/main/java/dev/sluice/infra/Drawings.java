package dev.sluice.infra;

import dev.sluice.infra.Watched.WatchedFunction;
import java.util.Arrays;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.GraphWidget;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.IWidget;
import software.amazon.awscdk.services.sqs.Queue;

/// The dashboard: from the client's side at the top to the database at the bottom.
final class Drawings {

  private static final Duration PERIOD = Alarms.PERIOD;
  private static final int HEIGHT = 6;
  private static final int FULL_WIDTH = 24;

  private final DeploymentContext context;
  private final Watched watched;
  private final OwnMetrics own;

  Drawings(DeploymentContext context, Watched watched) {
    this.context = context;
    this.watched = watched;
    own = new OwnMetrics(context);
  }

  List<List<IWidget>> rows() {
    return List.of(
        gateway(), upstream(), records(), queues(), daemon(), outcomes(), functions(), database());
  }

  private List<IWidget> gateway() {
    return row(
        graph("requests by route and status", own.each("gateway_requests", "Sum", PERIOD)),
        graph(
            "time to first byte, p50 and p95",
            own.all("gateway_time_to_first_byte", "p50", PERIOD),
            own.all("gateway_time_to_first_byte", "p95", PERIOD)),
        graph(
            "added by the gateway, p50 and p95",
            own.all("gateway_overhead", "p50", PERIOD),
            own.all("gateway_overhead", "p95", PERIOD)),
        graph(
            "API: all, 4xx, 5xx",
            watched.ofApi("Count", "Sum", PERIOD),
            watched.ofApi("4XXError", "Sum", PERIOD),
            watched.ofApi("5XXError", "Sum", PERIOD)));
  }

  private List<IWidget> upstream() {
    return row(
        graph("model servers, p95", own.each("upstream_latency", "p95", PERIOD)),
        graph("calls of model servers", own.each("upstream_latency", "SampleCount", PERIOD)),
        graph("fallbacks", own.each("upstream_fallbacks", "Sum", PERIOD)),
        graph(
            "bytes of requests and answers",
            own.all("request_bytes", "Sum", PERIOD),
            own.all("response_bytes", "Sum", PERIOD)));
  }

  private List<IWidget> records() {
    return row(
        graph(
            "records sent, stored, missing",
            own.all("records_enqueued", "Sum", PERIOD),
            own.all("completion_records_stored", "Sum", PERIOD),
            Signals.missing(own)),
        graph(
            "time to queue a record, p50 and p95",
            own.all("enqueue_latency", "p50", PERIOD),
            own.all("enqueue_latency", "p95", PERIOD)),
        graph(
            "records refused, spilled, lost",
            own.all("enqueue_failures", "Sum", PERIOD),
            own.all("records_spilled", "Sum", PERIOD),
            own.all("records_lost", "Sum", PERIOD)),
        graph(
            "swept, repaired, presumed lost",
            own.all("daemon_spill_swept", "Sum", PERIOD),
            own.all("gateway_lost_repaired", "Sum", PERIOD),
            own.all("daemon_gateway_lost", "Sum", PERIOD)));
  }

  private List<IWidget> queues() {
    QueuesStack all = watched.queues();
    return row(
        graph(
            "age of the oldest message",
            ofQueue(all.completions(), "ApproximateAgeOfOldestMessage"),
            ofQueue(all.wakes(), "ApproximateAgeOfOldestMessage")),
        graph(
            "dead letters",
            ofQueue(all.completionsDead(), "ApproximateNumberOfMessagesVisible"),
            ofQueue(all.wakesDead(), "ApproximateNumberOfMessagesVisible")),
        graph(
            "batches: size and time",
            own.all("completion_batch_size", "Average", PERIOD),
            own.all("completion_flush_time", "p95", PERIOD)),
        graph(
            "failed in part, quarantined, delivered again",
            own.all("completion_partial_failures", "Sum", PERIOD),
            own.all("completion_quarantined", "Sum", PERIOD),
            own.all("completion_redelivered", "Sum", PERIOD)));
  }

  private List<IWidget> daemon() {
    return row(
        graph("claims", own.each("daemon_claims", "Sum", PERIOD)),
        graph("calls in flight", own.all("daemon_in_flight", "Maximum", PERIOD)),
        graph("retries by reason", own.each("daemon_retries", "Sum", PERIOD)),
        graph("retries denied", own.each("daemon_retry_denied", "Sum", PERIOD)));
  }

  private List<IWidget> outcomes() {
    return row(
        graph("left until the deadline, p5", own.all("daemon_deadline_margin", "p5", PERIOD)),
        graph(
            "leases run out, stale results, expired",
            own.all("daemon_lease_expiries", "Sum", PERIOD),
            own.all("daemon_stale_results", "Sum", PERIOD),
            own.all("daemon_expired", "Sum", PERIOD)),
        graph(
            "runs: drained, idle",
            own.all("daemon_drained", "Sum", PERIOD),
            own.all("daemon_idle_exits", "Sum", PERIOD)),
        graph("queued by tier", own.each("requests_enqueued", "Sum", PERIOD)));
  }

  private List<IWidget> functions() {
    return row(
        graph("sandboxes at once", ofFunctions("ConcurrentExecutions", "Maximum")),
        graph("errors", ofFunctions("Errors", "Sum")),
        graph("throttles", ofFunctions("Throttles", "Sum")),
        graph("time of invocations, p95", ofFunctions("Duration", "p95")));
  }

  private List<IWidget> database() {
    IMetric capacity =
        switch (context.database()) {
          case AURORA_SERVERLESS ->
              watched.ofDatabase("ServerlessDatabaseCapacity", "Average", PERIOD);
          case RDS_INSTANCE -> watched.ofDatabase("CPUUtilization", "Average", PERIOD);
        };
    return row(
        graph("database: capacity", capacity),
        graph(
            "database: connections", watched.ofDatabase("DatabaseConnections", "Maximum", PERIOD)));
  }

  private IMetric ofQueue(Queue queue, String name) {
    return watched.ofQueue(queue, name, "Maximum", PERIOD);
  }

  private IMetric[] ofFunctions(String name, String statistic) {
    return watched.functions(context.sizes()).stream()
        .map(WatchedFunction::function)
        .map(function -> watched.ofFunction(function, name, statistic, PERIOD))
        .toArray(IMetric[]::new);
  }

  private static List<IWidget> row(GraphWidget.Builder... graphs) {
    return Arrays.stream(graphs)
        .<IWidget>map(graph -> graph.width(FULL_WIDTH / graphs.length).height(HEIGHT).build())
        .toList();
  }

  private static GraphWidget.Builder graph(String title, IMetric... metrics) {
    return GraphWidget.Builder.create().title(title).left(List.of(metrics));
  }
}
