package dev.sluice.completion;

import dev.sluice.request.Deadline;
import dev.sluice.request.Pause;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes records durable: on the queue, or, when the queue fails at the end, in the object store,
/// from where a sweeper sends them later. Safe for use by several threads.
public final class CompletionRecorder {

  /// Where spilled records lie: `spill/<account>/<request>/<event>.json`.
  public static final String SPILL_PREFIX = "spill/";

  private static final Logger LOG = LoggerFactory.getLogger(CompletionRecorder.class);

  /// What the queue adds to a message (attributes, and room for members that records may gain).
  private static final int MARGIN_BYTES = 8 * 1024;

  private static final Duration LONGEST_SEND = Duration.ofSeconds(5);
  private static final Duration SPILL_MARGIN = Duration.ofSeconds(3);
  private static final long FIRST_BACKOFF_MILLIS = 100;
  private static final long LONGEST_BACKOFF_MILLIS = 2_000;

  private final CompletionQueue queue;
  private final ObjectStore objects;
  private final Metrics metrics;
  private final RandomGenerator jitter;
  private final Pause pause;
  private final Duration retryFor;

  /// @param retryFor how long a `finished` record is tried on the queue before it is spilled: the
  ///   client waits meanwhile
  public CompletionRecorder(
      CompletionQueue queue,
      ObjectStore objects,
      Metrics metrics,
      RandomGenerator jitter,
      Pause pause,
      Duration retryFor) {
    this.queue = queue;
    this.objects = objects;
    this.metrics = metrics;
    this.jitter = jitter;
    this.pause = pause;
    this.retryFor = retryFor;
  }

  /// Where a record is now.
  public enum Kept {
    QUEUED,
    SPILLED,
    /// Neither the queue nor the object store took it: the client must not see the end of its
    /// answer.
    LOST
  }

  /// Sends a `started` record, once: nothing is lost yet when it fails.
  ///
  /// @throws QueueUnavailableException when the queue, or the object store for a large body, did
  ///   not take it in time
  public void started(StartedRecord record, Duration within) {
    try {
      send(fitting(record).message(), "started", within);
    } catch (UncheckedIOException e) {
      throw new QueueUnavailableException("The object store did not take a request body", e);
    }
  }

  /// Sends a `finished` record until the queue has it, its time is over, or the deadline is near;
  /// then spills it. Never throws for a failing queue or store.
  ///
  /// The end of an interrupted call is recorded like any other: the interrupt is put aside, because
  /// neither queue nor store takes anything from an interrupted thread, and is there again
  /// afterwards. A second one ends the repeats.
  public Kept finished(FinishedRecord record, Deadline deadline) {
    boolean wasInterrupted = Thread.interrupted();
    try {
      return keep(record, deadline);
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Kept keep(FinishedRecord record, Deadline deadline) {
    Encoded fitting;
    try {
      fitting = fitting(record);
    } catch (UncheckedIOException e) {
      return lost(record, e);
    }
    Deadline sending = deadline.minus(SPILL_MARGIN).orSooner(retryFor);
    for (int attempt = 0; ; attempt++) {
      try {
        send(fitting.message(), "finished", atLeastOneSecond(sending.atMost(LONGEST_SEND)));
        return Kept.QUEUED;
      } catch (QueueUnavailableException e) {
        Duration backoff = backoff(attempt);
        if (sending.remaining().compareTo(backoff) <= 0 || Thread.currentThread().isInterrupted()) {
          return spill(fitting, e);
        }
        pause.rest(backoff);
      }
    }
  }

  private static Duration atLeastOneSecond(Duration duration) {
    Duration least = Duration.ofSeconds(1);
    return duration.compareTo(least) < 0 ? least : duration;
  }

  private Duration backoff(int attempt) {
    long ceiling = Math.min(FIRST_BACKOFF_MILLIS << Math.min(attempt, 10), LONGEST_BACKOFF_MILLIS);
    return Duration.ofMillis(jitter.nextLong(1, ceiling + 1));
  }

  private void send(String message, String kind, Duration within) {
    long start = System.nanoTime();
    try {
      queue.send(message, within);
      metrics.count(Metric.RECORDS_ENQUEUED, kind);
      metrics.record(Metric.ENQUEUE_LATENCY, (System.nanoTime() - start) / 1e6, kind);
    } catch (QueueUnavailableException e) {
      metrics.count(Metric.ENQUEUE_FAILURES, kind);
      throw e;
    }
  }

  private Kept spill(Encoded fitting, QueueUnavailableException why) {
    CompletionRecord.Head head = fitting.record().head();
    String name =
        SPILL_PREFIX
            + head.accountId()
            + "/"
            + head.requestId().uuid()
            + "/"
            + head.eventId()
            + ".json";
    try {
      objects.put(name, fitting.message().getBytes(StandardCharsets.US_ASCII));
    } catch (UncheckedIOException e) {
      e.addSuppressed(why);
      return lost(fitting.record(), e);
    }
    metrics.count(Metric.RECORDS_SPILLED, "finished");
    LOG.atWarn()
        .addKeyValue("request_id", head.requestId())
        .setCause(why)
        .log("The queue did not take a record; it is spilled and will be sent by the sweeper");
    return Kept.SPILLED;
  }

  private Kept lost(CompletionRecord record, UncheckedIOException why) {
    metrics.count(Metric.RECORDS_LOST, "finished");
    LOG.atError()
        .addKeyValue("request_id", record.head().requestId())
        .setCause(why)
        .log("Neither queue nor object store took a record; the client gets an error");
    return Kept.LOST;
  }

  /// A record and the message that it makes, which is the same at every attempt.
  private record Encoded(CompletionRecord record, String message) {}

  /// The record itself, or with its bodies moved to the object store when the message would not fit
  /// the queue. The whole message counts: the text of a failure may be long, too.
  private Encoded fitting(CompletionRecord record) {
    String message = RecordCodec.encode(record);
    if (message.length() <= queue.maxMessageBytes() - MARGIN_BYTES) {
      return new Encoded(record, message);
    }
    CompletionRecord smaller =
        switch (record) {
          case StartedRecord(var head, var body) -> new StartedRecord(head, moved(head, body));
          case FinishedRecord finished ->
              finished.with(
                  moved(finished.head(), finished.response()),
                  moved(finished.head(), finished.events()));
        };
    return new Encoded(smaller, RecordCodec.encode(smaller));
  }

  private @Nullable RecordBody moved(CompletionRecord.Head head, @Nullable RecordBody body) {
    if (!(body instanceof RecordBody.Inline inline)) {
      return body;
    }
    String name = head.accountId() + "/" + head.requestId().uuid() + "/" + inline.sha256();
    objects.put(name, inline.bytes());
    return inline.movedTo(name);
  }
}
