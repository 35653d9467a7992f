package dev.sluice.daemon;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/// How the daemon function looks after what nobody else does, and when a run ends.
///
/// @param gatewayLostAfter after which a realtime request without an end is presumed lost; above
///   the longest time of a gateway (15 min) by what a record may take to its row
/// @param rescuePage the most requests that one statement presumes lost, or takes from lost runs
/// @param rescueStatementTimeout of those statements; when it hits the former, its page is made
///   smaller
/// @param expirePage the most requests that one statement gives up for their deadline
/// @param maxCrashes with so many lost runs a request is given up
/// @param retentionEvery how often answers are looked for that their owners do not want any more
/// @param dutyEvery how often a run that stays goes through its duties
/// @param sweepPage the most spilled records that are listed at once
/// @param sweepTime how long one pass of the sweep may take; other duties wait for it
/// @param heartbeatEvery how often a run says that it is alive, between two passes
/// @param stopMargin the part of the function's time that is kept for the end of the run: for the
///   pass that has just begun (7 s of a sweep), for giving back what it holds, and for the
///   statement that ends the run (3 s for a connection and 10 s, unless `sluice.database` says
///   otherwise). A run that needs more, because a store answers at its limit time and again or a
///   heartbeat fell due last, is killed: its row then stays without an end, and the next run does
///   what it left
/// @param resumeWait how long a run waits at its beginning for a database that does not answer: a
///   paused one takes 15 s and more to resume
@ConfigurationProperties("sluice.daemon")
record DaemonConfiguration(
    @Bindable(defaultValue = "20m") Duration gatewayLostAfter,
    @Bindable(defaultValue = "500") int rescuePage,
    @Bindable(defaultValue = "2s") Duration rescueStatementTimeout,
    @Bindable(defaultValue = "500") int expirePage,
    @Bindable(defaultValue = "3") int maxCrashes,
    @Bindable(defaultValue = "1h") Duration retentionEvery,
    @Bindable(defaultValue = "15s") Duration dutyEvery,
    @Bindable(defaultValue = "100") int sweepPage,
    @Bindable(defaultValue = "10s") Duration sweepTime,
    @Bindable(defaultValue = "10s") Duration heartbeatEvery,
    @Bindable(defaultValue = "20s") Duration stopMargin,
    @Bindable(defaultValue = "1m") Duration resumeWait) {

  /// Amazon S3 never lists more at once, and a page that is not full is taken for the last one.
  private static final int LARGEST_SWEEP_PAGE = 1_000;

  /// How long a sweep goes on at most after its end: 3 s to read an object, 1 s to send it, and 3 s
  /// to delete it, or 2 s to ask why it was not sent. A rescue has its own statement time-out.
  private static final Duration REST_OF_SWEEP = Duration.ofSeconds(7);

  DaemonConfiguration {
    positive("gateway-lost-after", gatewayLostAfter);
    positive("rescue-statement-timeout", rescueStatementTimeout);
    positive("retention-every", retentionEvery);
    positive("duty-every", dutyEvery);
    positive("sweep-time", sweepTime);
    positive("heartbeat-every", heartbeatEvery);
    positive("resume-wait", resumeWait);
    if (rescuePage < 1) {
      throw new IllegalArgumentException("sluice.daemon.rescue-page is at least 1");
    }
    if (expirePage < 1) {
      throw new IllegalArgumentException("sluice.daemon.expire-page is at least 1");
    }
    if (maxCrashes < 1) {
      throw new IllegalArgumentException("sluice.daemon.max-crashes is at least 1");
    }
    if (sweepPage < 1 || sweepPage > LARGEST_SWEEP_PAGE) {
      throw new IllegalArgumentException("sluice.daemon.sweep-page is 1 to " + LARGEST_SWEEP_PAGE);
    }
    // A pass that begins just before the margin still works within it, and something is left then.
    if (stopMargin.compareTo(rescueStatementTimeout) <= 0
        || stopMargin.compareTo(REST_OF_SWEEP) <= 0) {
      throw new IllegalArgumentException(
          "sluice.daemon.stop-margin is above the rescue's statement time-out and "
              + REST_OF_SWEEP.toSeconds()
              + " s");
    }
  }

  static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("sluice.daemon." + name + " is above zero");
    }
  }
}
