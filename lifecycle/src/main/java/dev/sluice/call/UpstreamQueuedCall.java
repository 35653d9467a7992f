package dev.sluice.call;

import dev.sluice.call.QueuedInput.Asked;
import dev.sluice.call.UpstreamQueuedCalls.Route;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.RequestRejected;
import dev.sluice.request.RequestData;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.telemetry.Metric;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.Translation;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.TraceContext;
import dev.sluice.upstream.Upstream;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult;
import dev.sluice.upstream.UpstreamResult.Answered;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// One upstream call of a queued request. Run by one thread and aborted by any.
final class UpstreamQueuedCall implements QueuedCall {

  private static final Logger LOG = LoggerFactory.getLogger(UpstreamQueuedCall.class);

  private final UpstreamQueuedCalls calls;
  private final Work work;
  private final List<Model.Target> targets;
  private final Duration total;
  private @Nullable UpstreamCall running;
  private @Nullable Thread reader;
  private boolean isAborted;

  /// @param targets in the order in which they are asked whether they can
  UpstreamQueuedCall(
      UpstreamQueuedCalls calls, Work work, List<Model.Target> targets, Duration total) {
    this.calls = calls;
    this.work = work;
    this.targets = targets;
    this.total = total;
  }

  @Override
  public Result run() {
    try {
      return switch (read()) {
        case Asked.Gone(String why) -> unasked(new RequestRejected(why));
        case Asked.Sound(ClientCall call) -> ask(calls.route(call, targets));
      };
    } catch (UntranslatableException e) {
      return unasked(new RequestRejected(e.message()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return unasked(new CallLost("The call was ended before it began."));
    } catch (StoreUnavailableException e) {
      return lost("What the request continues could not be read.", Level.WARN, e);
    } catch (RuntimeException e) {
      return lost("The daemon failed while it made the call.", Level.ERROR, e);
    }
  }

  /// An abort interrupts this.
  private Asked read() throws InterruptedException {
    synchronized (this) {
      if (isAborted) {
        throw new InterruptedException("aborted");
      }
      reader = Thread.currentThread();
    }
    try {
      return calls.input().read(work, Deadline.in(total));
    } finally {
      synchronized (this) {
        reader = null;
      }
    }
  }

  /// Nothing is known of the call that it may have been; it can be tried again.
  private Result lost(String why, Level level, RuntimeException cause) {
    LOG.atLevel(level)
        .addKeyValue("response_id", work.request().data().id().text())
        .setCause(cause)
        .log("A queued call was lost");
    return unasked(new CallLost(why));
  }

  private Result unasked(FailureReason reason) {
    return result(targets.getFirst(), Ending.failed(calls.clock().instant(), null, reason), null);
  }

  private static Result result(Model.Target target, Ending ending, @Nullable Duration retryAfter) {
    return new Result(
        target.upstream().name(), target.model(), ending, Optional.ofNullable(retryAfter));
  }

  private Result ask(Route route) {
    ClientCall call = route.call();
    long begun = System.nanoTime();
    Optional<UpstreamCall> asked = begin(request(call.request(), route));
    if (asked.isEmpty()) {
      return unasked(new CallLost("The call was ended before it began."));
    }
    Ending ending;
    Duration retryAfter = null;
    try (UpstreamCall running = asked.get()) {
      UpstreamResult result = running.result();
      if (result instanceof Answered head) {
        retryAfter = RetryAfter.of(head, calls.clock()).orElse(null);
      }
      ending = ending(call, route.translation(), result);
    }
    Integer status = ending.status();
    calls
        .metrics()
        .record(
            Metric.UPSTREAM_LATENCY,
            (System.nanoTime() - begun) / 1e6,
            call.request().model(),
            status == null ? "none" : status.toString());
    return result(route.target(), ending, retryAfter);
  }

  private UpstreamRequest request(RequestData data, Route route) {
    Upstream upstream = route.target().upstream();
    Duration limit =
        data.stream() ? upstream.timeouts().streamTotal() : upstream.timeouts().total();
    return new UpstreamRequest(
        upstream,
        route.translation().upstreamPath(),
        route.translation().upstreamBody(),
        data.stream(),
        data.id().text(),
        TraceContext.traceparent(work.traceId()).orElse(null),
        total.compareTo(limit) < 0 ? total : limit);
  }

  private Ending ending(ClientCall call, Translation translation, UpstreamResult result) {
    Ending ending =
        switch (result) {
          case UpstreamResult.Unanswered(FailureReason reason) ->
              Ending.failed(calls.clock().instant(), null, reason);
          case Answered head when call.request().stream() && AnswerRules.isStream(head) ->
              UnseenStream.read(
                  translation.assembly(calls.upstreams().maxEventBytes()), head, calls.clock());
          case Answered head ->
              JsonAnswer.read(translation, false, head, head.body(), calls.clock()).ending();
        };
    return isAborted() ? ending.whenAborted() : ending;
  }

  /// Empty when the call was aborted before. Nothing is held meanwhile: a key may have to be read,
  /// and whoever aborts does not wait for that.
  private Optional<UpstreamCall> begin(UpstreamRequest request) {
    if (isAborted()) {
      return Optional.empty();
    }
    UpstreamCall begun = calls.upstreams().client().begin(request);
    if (!hold(begun)) {
      begun.close();
    }
    return Optional.of(begun);
  }

  /// Whether the call is still wanted.
  private synchronized boolean hold(UpstreamCall begun) {
    running = begun;
    return !isAborted;
  }

  private synchronized boolean isAborted() {
    return isAborted;
  }

  @Override
  public void abort() {
    UpstreamCall begun;
    synchronized (this) {
      isAborted = true;
      begun = running;
      if (reader != null) {
        reader.interrupt();
      }
    }
    if (begun != null) {
      begun.close();
    }
  }
}
