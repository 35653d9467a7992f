package dev.sluice.infra;

import dev.sluice.infra.Watched.WatchedFunction;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;

/// When somebody must look. Each alarm says what is wrong in a sentence; those on what is lost go
/// off at the first one, those on what heals by itself when it has not.
final class Signals {

  /// Records arrive in seconds; what is sent in the last seconds of a window counts in the next.
  private static final Duration LOSS_WINDOW = Duration.minutes(15);

  private static final double OF_BUDGET = 0.8;

  private static final Duration ERROR_WINDOW = Duration.minutes(15);

  private final DeploymentContext context;
  private final Watched watched;
  private final OwnMetrics own;

  Signals(DeploymentContext context, Watched watched) {
    this.context = context;
    this.watched = watched;
    own = new OwnMetrics(context);
  }

  void alarms(Alarms alarms) {
    ofRecords(alarms);
    ofQueues(alarms);
    ofDaemon(alarms);
    watched.functions(context.sizes()).forEach(function -> ofFunction(alarms, function));
    ofDatabase(alarms);
    alarms.lasting(
        "server-errors",
        "Clients get answers 5xx: see gateway_requests and upstream_latency by status.",
        watched.ofApi("5XXError", "Sum", Alarms.PERIOD),
        5,
        3);
  }

  private void ofRecords(Alarms alarms) {
    alarms.atLeast(
        "records-lost",
        "The end of an answer could be neither queued nor spilled; its request ends as gateway_lost.",
        sum("records_lost"),
        1);
    alarms.atLeast(
        "records-spilled",
        "The queue refused records; they lie in the bucket until the daemon sends them.",
        sum("records_spilled"),
        1);
    alarms.atLeast(
        "results-lost",
        "The daemon could not save results of calls that were made; they are made again.",
        sum("daemon_results_lost"),
        1);
    alarms.atLeast(
        "quarantine",
        "A record is broken and was put aside: table completion_quarantine.",
        sum("completion_quarantined"),
        1);
    alarms.lasting(
        "partial-failures",
        "Batches have failed in part for a quarter of an hour: see completion_partial_failures by reason.",
        sum("completion_partial_failures"),
        1,
        3);
    alarms.lasting(
        "records-missing",
        "Over two windows of 15 minutes, more than 1 % of the records sent were neither stored nor put aside.",
        missing(own),
        1,
        2);
  }

  /// The loss detector: records sent and neither stored nor put aside, when they are more than the
  /// edges of a window explain.
  static IMetric missing(OwnMetrics own) {
    return MathExpression.Builder.create()
        .expression("IF(sent - stored - aside > 0.01 * sent, sent - stored - aside, 0)")
        .usingMetrics(
            Map.of(
                "sent", filled(own, "records_enqueued", "sentRaw"),
                "stored", filled(own, "completion_records_stored", "storedRaw"),
                "aside", filled(own, "completion_quarantined", "asideRaw")))
        .label("records sent and not stored")
        .period(LOSS_WINDOW)
        .build();
  }

  /// Nothing counted is none: a function that stopped storing must not hide the difference.
  private static IMetric filled(OwnMetrics own, String name, String id) {
    return MathExpression.Builder.create()
        .expression("FILL(" + id + ", 0)")
        .usingMetrics(Map.of(id, own.all(name, "Sum", LOSS_WINDOW)))
        .period(LOSS_WINDOW)
        .build();
  }

  private void ofQueues(Alarms alarms) {
    QueuesStack queues = watched.queues();
    alarms.atLeast(
        "completions-dead",
        "Records could not be stored, however often. Find out why, then start a redrive to the queue.",
        watched.ofQueue(
            queues.completionsDead(),
            "ApproximateNumberOfMessagesVisible",
            "Maximum",
            Alarms.PERIOD),
        1);
    alarms.atLeast(
        "wakes-dead",
        "Runs of the daemon failed again and again. Ticks go on; the messages may be deleted.",
        watched.ofQueue(
            queues.wakesDead(), "ApproximateNumberOfMessagesVisible", "Maximum", Alarms.PERIOD),
        1);
    alarms.lasting(
        "completions-age",
        "Records have waited for more than five minutes: the completion function or the database is down.",
        watched.ofQueue(
            queues.completions(), "ApproximateAgeOfOldestMessage", "Maximum", Alarms.PERIOD),
        Duration.minutes(5).toSeconds().doubleValue(),
        2);
  }

  private void ofDaemon(Alarms alarms) {
    alarms.silence(
        "no-tick",
        "The daemon was not started although several ticks were due: see the schedule.",
        watched.ofFunction(watched.daemon(), "Invocations", "Sum", silence()));
    alarms.atLeast(
        "next-run",
        "The daemon could not schedule its next run: what is due waits for the tick, up to an hour.",
        sum("daemon_next_run_failures"),
        1);
  }

  /// Three ticks, and in whole periods of five minutes.
  private Duration silence() {
    long seconds = Math.max(context.sizes().tick().toSeconds() * 3, 300);
    return Duration.seconds(Math.ceilDiv(seconds, 300L) * 300);
  }

  private void ofFunction(Alarms alarms, WatchedFunction each) {
    DeployedFunction function = each.function();
    alarms.atLeast(
        each.name() + "-errors",
        "Invocations failed: see the function's log.",
        watched.ofFunction(function, "Errors", "Sum", ERROR_WINDOW),
        each.errors());
    alarms.lasting(
        each.name() + "-throttles",
        "Invocations were refused: the account's or the function's concurrency is used up.",
        watched.ofFunction(function, "Throttles", "Sum", Alarms.PERIOD),
        1,
        3);
    alarms.atLeast(
        each.name() + "-timeouts",
        "An invocation ran into its time-out, and was killed with whatever it held.",
        watched.ofFunction(function, "Duration", "Maximum", Alarms.PERIOD),
        (double) each.size().timeout().toMillis());
  }

  private void ofDatabase(Alarms alarms) {
    alarms.lasting(
        "database-connections",
        "More connections than are planned for: somebody else uses the database, or sandboxes overlap.",
        watched.ofDatabase("DatabaseConnections", "Maximum", Alarms.PERIOD),
        OF_BUDGET * context.sizes().database().maxConnections(),
        2);
    switch (context.database()) {
      case AURORA_SERVERLESS ->
          alarms.lasting(
              "database-capacity",
              "The database is at its most capacity: raise max-acu.",
              watched.ofDatabase("ACUUtilization", "Average", Alarms.PERIOD),
              90,
              3);
      case RDS_INSTANCE ->
          alarms.lasting(
              "database-capacity",
              "The database's processor is used up: take a larger instance-class.",
              watched.ofDatabase("CPUUtilization", "Average", Alarms.PERIOD),
              90,
              3);
    }
  }

  private IMetric sum(String name) {
    return own.all(name, "Sum", Alarms.PERIOD);
  }
}
