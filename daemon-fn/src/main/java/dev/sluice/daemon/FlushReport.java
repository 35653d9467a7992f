package dev.sluice.daemon;

import dev.sluice.daemon.Settlement.Settled;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Moved;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Request.Completed;
import dev.sluice.request.Request.Failed;
import dev.sluice.request.Request.Finished;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts and tells what was saved. Safe for use by several threads.
final class FlushReport {

  private static final Logger LOG = LoggerFactory.getLogger(FlushReport.class);

  private final Metrics metrics;
  private final Tally tally;
  private final RetryBudget budget;
  private final RetryTimes retries;

  FlushReport(Metrics metrics, Tally tally, RetryBudget budget, RetryTimes retries) {
    this.metrics = metrics;
    this.tally = tally;
    this.budget = budget;
    this.retries = retries;
  }

  void saved(List<Settled.Save> saves, Moved moved) {
    for (Settled.Save save : saves) {
      Ended ended = save.ended();
      String model = ended.from().data().model();
      Integer status = ended.attempt().status();
      metrics.count(Metric.DAEMON_CALLS, model, status == null ? "none" : status.toString());
      if (moved.isSaved(ended.from().data().id())) {
        saved(save.inFlight(), ended);
      } else {
        stale(ended);
      }
    }
  }

  private void saved(InFlight inFlight, Ended ended) {
    switch (ended) {
      case Ended.Finish finish ->
          finished(inFlight, finish.from().schedule().deadline(), finish.to());
      case Ended.Retry retry -> {
        tally.add(Done.of(Count.RETRIED, 1));
        String reason = retry.attempt().error();
        metrics.count(
            Metric.DAEMON_RETRIES, retry.from().data().model(), reason == null ? "none" : reason);
        Instant due = retry.to().schedule().notBefore();
        if (due != null) {
          retries.add(due);
        }
      }
      case Ended.Lost lost -> stale(lost);
    }
  }

  private void finished(InFlight inFlight, @Nullable Instant deadline, Finished to) {
    switch (to) {
      case Completed _ -> {
        tally.add(Done.of(Count.COMPLETED, 1));
        if (inFlight.isRetry()) {
          budget.retrySucceeded(inFlight.model());
        }
      }
      case Failed failed -> {
        tally.add(Done.of(Count.FAILED, 1));
        LOG.atInfo()
            .addKeyValue("response_id", failed.data().id())
            .addKeyValue("account_id", failed.data().accountId())
            .addKeyValue("reason", failed.reason().label())
            .log("A queued request failed");
      }
    }
    if (deadline != null) {
      metrics.record(
          Metric.DAEMON_DEADLINE_MARGIN,
          (double) Math.max(0, Duration.between(to.finishedAt(), deadline).toMillis()));
    }
  }

  private void stale(Ended ended) {
    metrics.count(Metric.DAEMON_STALE_RESULTS);
    LOG.atInfo()
        .addKeyValue("response_id", ended.from().data().id())
        .addKeyValue("error", ended.attempt().error())
        .log("A result came too late for its request; only the attempt is recorded");
  }
}
