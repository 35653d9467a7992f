package dev.sluice.gateway.inference;

import dev.sluice.completion.FinishedRecord;
import dev.sluice.request.FailureReason;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import dev.sluice.translate.Translation;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.TraceContext;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamClient;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The upstream calls of one request: the alias's targets in their order, until one answers with
/// something that another could not do better. For use by one thread.
final class Attempts implements AutoCloseable {

  private final Admission admission;
  private final UpstreamClient client;
  private final Metrics metrics;
  private final InstantSource clock;
  private final List<FinishedRecord.Attempt> ended = new ArrayList<>();
  private @Nullable Running running;
  private boolean isRunning;
  private Duration upstreamTime = Duration.ZERO;

  private record Running(
      Admission.Candidate with, UpstreamCall call, UUID id, Instant at, Duration elapsedBefore) {}

  Attempts(Admission admission, UpstreamClient client, Metrics metrics, InstantSource clock) {
    this.admission = admission;
    this.client = client;
    this.metrics = metrics;
    this.clock = clock;
  }

  /// Begins the call of the next target and does not wait for it.
  void begin() {
    Admission.Candidate next = admission.candidates().get(ended.size());
    Model.Target target = next.target();
    var timeouts = target.upstream().timeouts();
    boolean stream = admission.request().stream();
    UpstreamRequest request =
        new UpstreamRequest(
            target.upstream(),
            next.translation().upstreamPath(),
            next.translation().upstreamBody(),
            stream,
            admission.id().text(),
            TraceContext.traceparent(admission.inbound().traceId()).orElse(null),
            admission.end().atMost(stream ? timeouts.streamTotal() : timeouts.total()));
    running =
        new Running(
            next, client.begin(request), UUID.randomUUID(), clock.instant(), admission.elapsed());
    isRunning = true;
  }

  /// Waits for the head of an answer that counts. Goes on to the next target when there is no
  /// answer, and after 429 and 5xx; nothing has reached the client yet.
  UpstreamResult settle() {
    while (true) {
      UpstreamResult result = current().call().result();
      Optional<FailureReason> failure = failureToMoveOnFrom(result);
      if (failure.isEmpty()
          || ended.size() + 1 >= admission.candidates().size()
          || admission.end().hasPassed()) {
        return result;
      }
      String label = failure.get().label();
      metrics.count(Metric.UPSTREAM_FALLBACKS, admission.alias(), label);
      current().call().close();
      end(result instanceof UpstreamResult.Answered answered ? answered.status() : null, label);
      begin();
    }
  }

  private static Optional<FailureReason> failureToMoveOnFrom(UpstreamResult result) {
    return switch (result) {
      case UpstreamResult.Answered answered ->
          answered.status() == 429 || answered.status() >= 500
              ? Optional.of(FailureReason.ofStatus(answered.status(), ""))
              : Optional.empty();
      case UpstreamResult.Unanswered(FailureReason.CallLost _) -> Optional.empty();
      case UpstreamResult.Unanswered(FailureReason reason) -> Optional.of(reason);
    };
  }

  /// Notes the end of the running call; its connection is closed, or kept for the next call, with
  /// this object.
  ///
  /// @param status the upstream's, null when it gave none
  /// @param error the label of the failure, null when it succeeded
  void end(@Nullable Integer status, @Nullable String error) {
    Running last = current();
    isRunning = false;
    Duration took = admission.elapsed().minus(last.elapsedBefore());
    upstreamTime = upstreamTime.plus(took);
    ended.add(
        new FinishedRecord.Attempt(
            last.id(),
            last.with().target().upstream().name(),
            last.with().target().model(),
            last.at(),
            clock.instant(),
            status,
            error));
    metrics.record(
        Metric.UPSTREAM_LATENCY,
        took.toNanos() / 1e6,
        admission.alias(),
        status == null ? "none" : status.toString());
  }

  /// How the answer of the running call is read.
  Translation translation() {
    return current().with().translation();
  }

  private Running current() {
    if (running == null || !isRunning) {
      throw new IllegalStateException("No call is running for " + admission.id());
    }
    return running;
  }

  /// All calls that have ended, in order.
  List<FinishedRecord.Attempt> list() {
    return List.copyOf(ended);
  }

  boolean isRunning() {
    return isRunning;
  }

  /// How long clients waited for upstreams.
  Duration upstreamTime() {
    return upstreamTime;
  }

  /// Aborts a call that still runs; a connection whose answer was read to its end is kept.
  @Override
  public void close() {
    if (running != null) {
      running.call().close();
    }
  }
}
