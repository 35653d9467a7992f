package dev.sluice.daemon;

import dev.sluice.request.ClaimStore.Page;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.telemetry.Metric;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives up queued requests whose deadline passed before anybody took them, a page at a time.
final class Expirer implements Duty {

  private static final Logger LOG = LoggerFactory.getLogger(Expirer.class);

  private final RunPorts ports;
  private final DaemonConfiguration configuration;

  Expirer(RunPorts ports, DaemonConfiguration configuration) {
    this.ports = ports;
    this.configuration = configuration;
  }

  @Override
  public String name() {
    return "expiry";
  }

  @Override
  public Pass pass(Deadline end) {
    Page page =
        ports.store().expire(configuration.expirePage(), configuration.rescueStatementTimeout());
    ports.clock().heard(page.now());
    int expired = page.size();
    if (expired > 0) {
      ports.metrics().record(Metric.DAEMON_EXPIRED, expired);
      LOG.atInfo()
          .addKeyValue("requests", expired)
          .addKeyValue("first_id", page.ended().getFirst())
          .log("Requests were given up, because their deadline passed before they were taken");
    }
    return new Pass(Done.of(Count.EXPIRED, expired), expired >= configuration.expirePage());
  }
}
