package dev.sluice.daemon;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/// Settings of the daemon function.
///
/// @param gatewayLostAfter after which a realtime request without an end is presumed lost; above
///   the longest time of a gateway (15 min) by what a record may take to its row
/// @param rescuePage the most requests that one statement presumes lost
/// @param rescueStatementTimeout of that statement; when it hits, the page is made smaller
/// @param sweepPage the most spilled records that are listed at once
/// @param sweepTime how long one pass of the sweep may take; other duties wait for it
/// @param heartbeatEvery how often a run says that it is alive, between two passes
/// @param stopMargin the part of the function's time that is kept for the end of the run
@ConfigurationProperties("sluice.daemon")
record DaemonConfiguration(
    @Bindable(defaultValue = "20m") Duration gatewayLostAfter,
    @Bindable(defaultValue = "500") int rescuePage,
    @Bindable(defaultValue = "2s") Duration rescueStatementTimeout,
    @Bindable(defaultValue = "100") int sweepPage,
    @Bindable(defaultValue = "10s") Duration sweepTime,
    @Bindable(defaultValue = "10s") Duration heartbeatEvery,
    @Bindable(defaultValue = "20s") Duration stopMargin) {

  /// Amazon S3 never lists more at once, and a page that is not full is taken for the last one.
  private static final int LARGEST_SWEEP_PAGE = 1_000;

  DaemonConfiguration {
    positive("gateway-lost-after", gatewayLostAfter);
    positive("rescue-statement-timeout", rescueStatementTimeout);
    positive("sweep-time", sweepTime);
    positive("heartbeat-every", heartbeatEvery);
    if (rescuePage < 1) {
      throw new IllegalArgumentException("sluice.daemon.rescue-page is at least 1");
    }
    if (sweepPage < 1 || sweepPage > LARGEST_SWEEP_PAGE) {
      throw new IllegalArgumentException("sluice.daemon.sweep-page is 1 to " + LARGEST_SWEEP_PAGE);
    }
    // A pass that begins just before the margin still works within it.
    if (stopMargin.compareTo(rescueStatementTimeout) <= 0) {
      throw new IllegalArgumentException(
          "sluice.daemon.stop-margin is above the rescue's statement time-out");
    }
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("sluice.daemon." + name + " is above zero");
    }
  }
}
