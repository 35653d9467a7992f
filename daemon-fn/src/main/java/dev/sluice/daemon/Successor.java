package dev.sluice.daemon;

import dev.sluice.request.Backlog;
import dev.sluice.request.Backlog.Due;
import dev.sluice.request.Deadline;
import dev.sluice.request.NextRun;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.ModelCatalog;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the function called for what a run leaves, where its regular schedule comes seldom, so that
/// an idle database can pause until something is due. Fails no run. Safe for use by several
/// threads.
@Singleton
final class Successor {

  private static final Logger LOG = LoggerFactory.getLogger(Successor.class);

  /// Sooner would be another run of the same moment.
  private static final Duration SOONEST = Duration.ofMinutes(1);

  /// The longest time between two calls of a regular schedule: later work is that one's.
  private static final Duration LATEST = Duration.ofHours(1);

  /// Not at once, because a queue that stays away would keep the database awake.
  private static final Duration SPILLED = Duration.ofMinutes(15);

  private static final Duration LONGEST_QUESTION = Duration.ofSeconds(2);

  /// For a connection, the question and the call; with less time left it is not begun.
  private static final Duration LONGEST = Duration.ofSeconds(12);

  private final @Nullable NextRun nextRun;
  private final Backlog backlog;
  private final ModelCatalog models;
  private final Metrics metrics;
  private final DaemonConfiguration configuration;

  /// @param nextRun null where the regular schedule is all there is
  Successor(
      @Nullable NextRun nextRun,
      Backlog backlog,
      ModelCatalog models,
      Metrics metrics,
      DaemonConfiguration configuration) {
    this.nextRun = nextRun;
    this.backlog = backlog;
    this.models = models;
    this.metrics = metrics;
    this.configuration = configuration;
  }

  /// The last act of a run.
  ///
  /// @param function as the invocation names it
  /// @param isHeldUp whether spilled records of the run wait for their queue
  /// @param deadline of the invocation
  void arrange(String function, boolean isHeldUp, Deadline deadline) {
    if (nextRun == null || Thread.currentThread().isInterrupted()) {
      return;
    }
    if (deadline.remaining().compareTo(LONGEST) < 0) {
      failed("no_time", null);
      return;
    }
    try {
      Due due =
          backlog.earliest(
              models.all().stream().map(Model::alias).collect(Collectors.toUnmodifiableSet()),
              configuration.gatewayLostAfter(),
              LONGEST_QUESTION);
      time(due, isHeldUp).ifPresent(at -> nextRun.arrange(function, at));
    } catch (RuntimeException e) {
      // Whatever it is: the run has done its work, and an error would deny that.
      failed("unknown", e);
    }
  }

  private void failed(String reason, @Nullable RuntimeException cause) {
    metrics.count(Metric.DAEMON_NEXT_RUN_FAILURES, reason);
    LOG.atWarn()
        .addKeyValue("reason", reason)
        .setCause(cause)
        .log("Nobody knows what is left; the regular schedule finds it");
  }

  /// The first whole minute at which the earliest is due, and not within the next one; empty when
  /// the regular schedule is in time, or nothing is left.
  static Optional<Instant> time(Due due, boolean isHeldUp) {
    Instant now = due.now();
    @Nullable Instant at = due.at();
    if (isHeldUp && (at == null || at.isAfter(now.plus(SPILLED)))) {
      at = now.plus(SPILLED);
    }
    if (at == null || at.isAfter(now.plus(LATEST))) {
      return Optional.empty();
    }
    Instant soonest = now.plus(SOONEST);
    return Optional.of(wholeMinute(at.isBefore(soonest) ? soonest : at));
  }

  /// Not before that time: a call that comes too early finds nothing.
  private static Instant wholeMinute(Instant at) {
    Instant minute = at.truncatedTo(ChronoUnit.MINUTES);
    return minute.equals(at) ? minute : minute.plus(Duration.ofMinutes(1));
  }
}
