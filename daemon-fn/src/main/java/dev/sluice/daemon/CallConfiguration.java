package dev.sluice.daemon;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/// How a run takes queued requests and calls model servers for them.
///
/// @param slots calls of one run at once, results that are not saved yet included; each costs a
///   file descriptor, of which Lambda has 1,024
/// @param lease after which a request is somebody else's when its run was not heard of
/// @param leaseEvery how often leases are extended; below the lease
/// @param checkEvery how often it is asked which requests were canceled meanwhile
/// @param claimEvery how often a run with free slots looks for work
/// @param flushRows the most results that are saved at once
/// @param flushEvery how long the first of them waits for others
/// @param drainMargin when less time of the function is left, nothing more is taken: what a call
///   should have at least
/// @param escalateBefore the deadline: from then on other upstreams of the alias are asked, too
@ConfigurationProperties("sluice.daemon")
record CallConfiguration(
    @Bindable(defaultValue = "400") int slots,
    @Bindable(defaultValue = "30s") Duration lease,
    @Bindable(defaultValue = "10s") Duration leaseEvery,
    @Bindable(defaultValue = "2s") Duration checkEvery,
    @Bindable(defaultValue = "500ms") Duration claimEvery,
    @Bindable(defaultValue = "100") int flushRows,
    @Bindable(defaultValue = "50ms") Duration flushEvery,
    @Bindable(defaultValue = "5m") Duration drainMargin,
    @Bindable(defaultValue = "15m") Duration escalateBefore) {

  CallConfiguration {
    if (slots < 1) {
      throw new IllegalArgumentException("sluice.daemon.slots is at least 1");
    }
    if (flushRows < 1) {
      throw new IllegalArgumentException("sluice.daemon.flush-rows is at least 1");
    }
    DaemonConfiguration.positive("lease-every", leaseEvery);
    DaemonConfiguration.positive("check-every", checkEvery);
    DaemonConfiguration.positive("claim-every", claimEvery);
    DaemonConfiguration.positive("flush-every", flushEvery);
    DaemonConfiguration.positive("drain-margin", drainMargin);
    DaemonConfiguration.positive("escalate-before", escalateBefore);
    // One extension may fail, and the next must still be in time.
    if (lease.compareTo(leaseEvery.multipliedBy(2)) <= 0) {
      throw new IllegalArgumentException("sluice.daemon.lease is above twice lease-every");
    }
  }
}
