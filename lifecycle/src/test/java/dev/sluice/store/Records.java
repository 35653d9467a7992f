package dev.sluice.store;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.completion.CompletionStore.Delivery;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Records with known content.
final class Records {

  static final Instant STARTED = Instant.parse("2026-03-01T10:00:00.123456Z");
  static final String MODEL = "demo-echo";
  static final Deadline LATER = Deadline.in(Duration.ofMinutes(5));

  private Records() {}

  /// The n-th id; ids are in the order of their numbers.
  static ResponseId id(long number) {
    return new ResponseId(new UUID((0x0190_0000_0000L + number) << 16 | 0x7000L, 1L << 63));
  }

  static Head head(ResponseId id, UUID account) {
    return new Head(
        new UUID(id.uuid().getMostSignificantBits(), 1),
        id,
        account,
        "key00001",
        STARTED,
        Endpoint.CHAT_COMPLETIONS,
        MODEL,
        ServiceTier.DEFAULT,
        true,
        false,
        true,
        STARTED,
        "trace-1",
        null);
  }

  static Head withModel(Head head, String model) {
    return new Head(
        head.eventId(),
        head.requestId(),
        head.accountId(),
        head.apiKeyId(),
        head.occurredAt(),
        head.endpoint(),
        model,
        head.tier(),
        head.stream(),
        head.background(),
        head.store(),
        head.startedAt(),
        head.traceId(),
        head.previousId());
  }

  static Head continuing(Head head, ResponseId previous) {
    return new Head(
        head.eventId(),
        head.requestId(),
        head.accountId(),
        head.apiKeyId(),
        head.occurredAt(),
        head.endpoint(),
        head.model(),
        head.tier(),
        head.stream(),
        head.background(),
        head.store(),
        head.startedAt(),
        head.traceId(),
        previous);
  }

  static StartedRecord started(Head head) {
    return new StartedRecord(head, body("request of " + head.requestId()));
  }

  static StartedRecord started(ResponseId id) {
    return started(head(id, StoreFixture.ACCOUNT));
  }

  static FinishedRecord finished(Head head) {
    return finished(head, 212L);
  }

  static FinishedRecord finished(ResponseId id) {
    return finished(head(id, StoreFixture.ACCOUNT));
  }

  static FinishedRecord finished(Head head, @Nullable Long timeToFirstByteMillis) {
    return new FinishedRecord(
        head.next(new UUID(head.eventId().getMostSignificantBits(), 2), STARTED.plusSeconds(3)),
        Outcome.COMPLETED,
        200,
        null,
        false,
        timeToFirstByteMillis,
        STARTED.plusSeconds(3),
        new Usage(11, 7, 3, 2),
        List.of(attempt(head, 1, 503, "retriable_status"), attempt(head, 2, 200, null)),
        body("response of " + head.requestId()),
        events("events of " + head.requestId()));
  }

  static FinishedRecord failed(Head head, FailureReason reason) {
    return new FinishedRecord(
        head.next(new UUID(head.eventId().getMostSignificantBits(), 3), STARTED.plusSeconds(2)),
        Outcome.FAILED,
        502,
        reason,
        true,
        null,
        STARTED.plusSeconds(2),
        null,
        List.of(attempt(head, 1, 502, reason.label())),
        body("error of " + head.requestId()),
        null);
  }

  private static FinishedRecord.Attempt attempt(
      Head head, int number, int status, @Nullable String error) {
    return new FinishedRecord.Attempt(
        new UUID(head.requestId().uuid().getMostSignificantBits(), number),
        "upstream-" + number,
        "model-" + number,
        STARTED.plusMillis(number),
        STARTED.plusMillis(number + 100L),
        status,
        error);
  }

  static RecordBody.Inline body(String text) {
    return RecordBody.gzip(text.getBytes(StandardCharsets.UTF_8), "application/json");
  }

  static RecordBody.Inline events(String text) {
    return RecordBody.gzip(text.getBytes(StandardCharsets.UTF_8), "text/event-stream");
  }

  static Delivery.Known delivery(CompletionRecord record) {
    return new Delivery.Known(RecordCodec.encode(record), record);
  }

  static List<Delivery> deliveries(List<? extends CompletionRecord> records) {
    return records.stream().<Delivery>map(Records::delivery).toList();
  }
}
