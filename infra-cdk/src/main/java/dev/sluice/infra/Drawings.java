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
        graph("bytes of requests and answers", sum("request_bytes"), sum("response_bytes")));
  }

  private List<IWidget> records() {
    return row(
        graph(
            "records sent, stored, missing",
            sum("records_enqueued"),
            sum("completion_records_stored"),
            Signals.missing(own)),
        graph(
            "time to queue a record, p50 and p95",
            own.all("enqueue_latency", "p50", PERIOD),
            own.all("enqueue_latency", "p95", PERIOD)),
        graph(
            "records refused, spilled, lost",
            sum("enqueue_failures"),
            sum("records_spilled"),
            sum("records_lost")),
        graph(
            "swept, repaired, presumed lost",
            sum("daemon_spill_swept"),
            sum("gateway_lost_repaired"),
            sum("daemon_gateway_lost")));
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
            sum("completion_partial_failures"),
            sum("completion_quarantined"),
            sum("completion_redelivered")));
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
            sum("daemon_lease_expiries"),
            sum("daemon_stale_results"),
            sum("daemon_expired")),
        graph("runs: drained, idle", sum("daemon_drained"), sum("daemon_idle_exits")),
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

  private IMetric sum(String name) {
    return own.all(name, "Sum", PERIOD);
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
