package dev.sluice.daemon;

import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.request.LostGateways;
import dev.sluice.request.LostGateways.Page;
import dev.sluice.request.ResponseId;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends realtime requests whose gateway never said how they ended, a page at a time.
///
/// The page gets smaller when the database does not manage it in time, and stays so for this run: a
/// database in trouble must not be kept busy with statements that it gives up.
final class GatewayRescuer implements Duty {

  private static final Logger LOG = LoggerFactory.getLogger(GatewayRescuer.class);
  private static final int SHRINK = 5;
  private static final int MOST_IDS_IN_LOG = 20;

  private final LostGateways gateways;
  private final DatabaseClock clock;
  private final Metrics metrics;
  private final DaemonConfiguration configuration;
  private int limit;

  GatewayRescuer(
      LostGateways gateways,
      DatabaseClock clock,
      Metrics metrics,
      DaemonConfiguration configuration) {
    this.gateways = gateways;
    this.clock = clock;
    this.metrics = metrics;
    this.configuration = configuration;
    this.limit = configuration.rescuePage();
  }

  @Override
  public String name() {
    return "gateway_rescue";
  }

  /// @throws IllegalStateException when the database does not even manage a single row in time
  @Override
  public Pass pass(Deadline end) {
    Page page =
        gateways.presumeLost(
            configuration.gatewayLostAfter(), limit, configuration.rescueStatementTimeout());
    return switch (page) {
      case Page.Ended(var lost, var now) -> {
        clock.heard(now);
        report(lost);
        yield new Pass(Done.of(Count.GATEWAYS_LOST, lost.size()), lost.size() == limit);
      }
      case Page.TooSlow _ -> {
        shrink();
        yield new Pass(Done.NOTHING, true);
      }
    };
  }

  private void shrink() {
    metrics.count(Metric.DAEMON_RESCUE_TOO_SLOW);
    if (limit == 1) {
      throw new IllegalStateException(
          "The database did not manage a page of one lost request within "
              + configuration.rescueStatementTimeout());
    }
    limit = Math.max(1, limit / SHRINK);
    LOG.atWarn()
        .addKeyValue("page", limit)
        .log("The rescue of lost gateways took too long; its page is smaller now");
  }

  private void report(List<ResponseId> lost) {
    if (!lost.isEmpty()) {
      metrics.record(Metric.DAEMON_GATEWAY_LOST, lost.size());
      LOG.atWarn()
          .addKeyValue("requests", lost.size())
          .addKeyValue("request_ids", lost.subList(0, Math.min(lost.size(), MOST_IDS_IN_LOG)))
          .log("Requests without an end are presumed lost with their gateways");
    }
  }
}
