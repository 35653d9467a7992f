package dev.sluice.daemon;

import dev.sluice.request.ClaimStore.Page;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.telemetry.Metric;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts requests back whose run was not heard of for a lease, and gives up those that have ended
/// too many runs, a page at a time.
final class LeaseRescuer implements Duty {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseRescuer.class);

  private final RunPorts ports;
  private final DaemonConfiguration configuration;

  LeaseRescuer(RunPorts ports, DaemonConfiguration configuration) {
    this.ports = ports;
    this.configuration = configuration;
  }

  @Override
  public String name() {
    return "lease_rescue";
  }

  @Override
  public Pass pass(Deadline end) {
    Page page =
        ports
            .store()
            .rescue(
                configuration.rescuePage(),
                configuration.maxCrashes(),
                configuration.rescueStatementTimeout());
    ports.clock().heard(page.now());
    if (page.size() > 0) {
      ports.metrics().record(Metric.DAEMON_LEASE_EXPIRIES, page.size());
      LOG.atWarn()
          .addKeyValue("requeued", page.requeued().size())
          .addKeyValue("failed", page.ended().size())
          .addKeyValue("failed_ids", page.ended())
          .log("Requests were left by a run that is gone");
    }
    return new Pass(Done.of(Count.RESCUED, page.size()), page.size() >= configuration.rescuePage());
  }
}
