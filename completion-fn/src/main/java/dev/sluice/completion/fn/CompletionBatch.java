package dev.sluice.completion.fn;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionStore;
import dev.sluice.completion.CompletionStore.Delivery;
import dev.sluice.completion.ObjectStore;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.RecordCodec.Decoded;
import dev.sluice.completion.fn.FetchedBodies.Fetch;
import dev.sluice.request.Deadline;
import dev.sluice.request.RequestStore;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides what becomes of each message of an event: a row, quarantine, or another delivery.
///
/// A repeat of the same event is safe. Safe for use by several threads.
@Singleton
final class CompletionBatch {

  private static final Logger LOG = LoggerFactory.getLogger(CompletionBatch.class);
  private static final int LARGEST_COUNT_LABEL = 10;

  private final CompletionStore store;
  private final FetchedBodies bodies;
  private final Metrics metrics;
  private final CompletionConfiguration configuration;

  CompletionBatch(
      CompletionStore store,
      ObjectStore objects,
      RequestStore requests,
      Metrics metrics,
      CompletionConfiguration configuration) {
    this.store = store;
    this.bodies = new FetchedBodies(objects, requests);
    this.metrics = metrics;
    this.configuration = configuration;
  }

  /// What is to be done with one message.
  private sealed interface Step {

    record Deliver(Delivery delivery) implements Step {}

    /// @param reason the label of the metric
    record BringBack(String reason) implements Step {}
  }

  /// @param deadline the end of the function's time
  /// @throws dev.sluice.request.StoreUnavailableException when all of it must come back
  SQSBatchResponse process(List<Message> messages, Deadline deadline) {
    if (messages.isEmpty()) {
      return BatchResponse.of(List.of(), List.of());
    }
    countDeliveries(messages);
    Deadline end = deadline.minus(configuration.answerMargin());
    List<Message> delivered = new ArrayList<>();
    List<Delivery> deliveries = new ArrayList<>();
    List<@Nullable String> failed = new ArrayList<>();
    for (Message message : messages) {
      switch (step(message, end)) {
        case Step.Deliver(Delivery delivery) -> {
          delivered.add(message);
          deliveries.add(delivery);
        }
        case Step.BringBack(String reason) -> bringBack(message, reason, failed);
      }
    }
    for (int position : persist(deliveries, end)) {
      bringBack(delivered.get(position), "out_of_time", failed);
    }
    LOG.atInfo()
        .addKeyValue("messages", messages.size())
        .addKeyValue("failed", failed.size())
        .log("Batch done");
    return BatchResponse.of(messages.stream().<@Nullable String>map(Message::id).toList(), failed);
  }

  private Step step(Message message, Deadline end) {
    return switch (RecordCodec.decode(message.body())) {
      case Decoded.Known(CompletionRecord record) -> withBodies(message, record, end);
      case Decoded.Incomplete(String missing) -> {
        LOG.atWarn()
            .addKeyValue("message_id", message.id())
            .addKeyValue("missing", missing)
            .log("Record lacks what every row has");
        yield new Step.Deliver(new Delivery.Hopeless(message.body(), "incomplete_record"));
      }
      case Decoded.Newer _ -> new Step.BringBack("newer_schema");
      case Decoded.Unreadable _ -> new Step.BringBack("unreadable");
    };
  }

  private Step withBodies(Message message, CompletionRecord record, Deadline end) {
    if (end.hasPassed()) {
      return new Step.BringBack("out_of_time");
    }
    return switch (bodies.fetch(record)) {
      case Fetch.Complete(CompletionRecord complete) ->
          new Step.Deliver(new Delivery.Known(message.body(), complete));
      case Fetch.Failed(String reason, boolean lasting) ->
          lasting && message.receiveCount() >= configuration.quarantineAfter()
              ? new Step.Deliver(new Delivery.Hopeless(message.body(), reason))
              : new Step.BringBack(reason);
    };
  }

  private Set<Integer> persist(List<Delivery> deliveries, Deadline end) {
    if (deliveries.isEmpty()) {
      return Set.of();
    }
    Duration before = end.remaining();
    Set<Integer> undone = store.persist(deliveries, end);
    Duration taken = before.minus(end.remaining());
    metrics.record(Metric.COMPLETION_FLUSH_TIME, taken.toNanos() / 1e6);
    return undone;
  }

  private void bringBack(Message message, String reason, List<@Nullable String> failed) {
    failed.add(message.id());
    metrics.count(Metric.COMPLETION_PARTIAL_FAILURES, reason);
    LOG.atWarn()
        .addKeyValue("message_id", message.id())
        .addKeyValue("reason", reason)
        .addKeyValue("receive_count", message.receiveCount())
        .log("Message comes back");
  }

  private void countDeliveries(List<Message> messages) {
    metrics.record(Metric.COMPLETION_BATCH_SIZE, messages.size());
    for (Message message : messages) {
      if (message.receiveCount() > 1) {
        metrics.count(Metric.COMPLETION_REDELIVERED, countLabel(message.receiveCount()));
      }
    }
  }

  /// Few values, because every one of them is a series of its own.
  private static String countLabel(int receiveCount) {
    return receiveCount >= LARGEST_COUNT_LABEL
        ? LARGEST_COUNT_LABEL + "+"
        : Integer.toString(receiveCount);
  }
}
