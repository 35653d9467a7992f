package dev.sluice.gateway.inference;

import dev.sluice.call.Ending;
import dev.sluice.completion.RecordBody;
import dev.sluice.gateway.inference.Admissions.Arrival;
import dev.sluice.gateway.inference.QueuedRepeats.Kind;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestQueue;
import dev.sluice.request.RequestQueue.NewRequest;
import dev.sluice.request.RequestQueue.RepeatKey;
import dev.sluice.request.WakeSignal;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Serves requests that a daemon answers: each passes every check of a realtime one, is stored, and
/// only then its client hears anything. A repeat is not stored again and gets what the first gets.
/// Safe for use by several threads.
@Singleton
final class QueuedPath {

  private final Admissions admissions;
  private final QueuedRepeats repeats;
  private final Entrance entrance;
  private final QueuedAnswers answers;

  QueuedPath(
      Admissions admissions, QueuedRepeats repeats, Entrance entrance, QueuedAnswers answers) {
    this.admissions = admissions;
    this.repeats = repeats;
    this.entrance = entrance;
    this.answers = answers;
  }

  /// Answers the client, once its request is stored.
  ///
  /// @throws dev.sluice.gateway.errors.GatewayException what the client is told instead of an
  ///   answer
  /// @throws dev.sluice.request.StoreUnavailableException when the request may not be stored; a
  ///   repeat of it is safe
  void serve(Arrival arrival, ClientReply client, RequestSummary summary) {
    switch (repeats.kind(arrival)) {
      case Kind.Fresh fresh -> {
        Admission admission = admitted(fresh);
        summary.admitted(admission.id(), admission.alias());
        Request stored = entrance.enqueue(admission, fresh.sdkKey());
        answers.give(new OwedAnswer(arrival.inbound(), stored, client, false));
      }
      case Kind.Repeat(Request original) -> {
        summary.admitted(original.data().id(), original.data().model());
        answers.give(new OwedAnswer(arrival.inbound(), original, client, true));
      }
    }
  }

  /// A request that is refused has not used its key. One that could not be stored keeps it, since
  /// it may have been: a repeat is stored under the same id.
  private Admission admitted(Kind.Fresh fresh) {
    try {
      return admissions.admit(fresh.as());
    } catch (RuntimeException e) {
      fresh.release().run();
      throw e;
    }
  }

  /// Where requests enter the queue.
  @Singleton
  static final class Entrance {

    private final RequestQueue queue;
    private final WakeSignal signal;
    private final Metrics metrics;
    private final Duration flexWindow;

    Entrance(RequestQueue queue, WakeSignal signal, Metrics metrics, GatewaySettings settings) {
      this.queue = queue;
      this.signal = signal;
      this.metrics = metrics;
      this.flexWindow = settings.flexWindow();
    }

    /// @return the request as it waits
    Request.Pending enqueue(Admission admission, @Nullable RepeatKey sdkKey) {
      RequestData data = admission.request();
      queue.enqueue(
          new NewRequest(
              data,
              admission.inbound().traceId(),
              admission.previous(),
              window(data),
              RecordBody.gzip(admission.inbound().body(), Ending.JSON).stored(),
              sdkKey));
      metrics.count(Metric.REQUESTS_ENQUEUED, data.tier().text());
      signal.wake();
      return Request.Pending.queued(data);
    }

    private @Nullable Duration window(RequestData data) {
      return switch (data.tier()) {
        case FLEX -> flexWindow;
        case DEFAULT, PRIORITY, BACKGROUND -> null;
      };
    }
  }
}
