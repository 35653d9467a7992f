package dev.sluice.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.CompletionRecorder.Kept;
import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.telemetry.MetricSeries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class CompletionRecorderTest {

  private final ScriptedQueue queue = new ScriptedQueue();
  private final MemoryObjects objects = new MemoryObjects();
  private long nanos;
  private final CompletionRecorder recorder =
      new CompletionRecorder(
          queue,
          objects,
          new MetricSeries(),
          RandomGenerator.of("L64X128MixRandom"),
          duration -> nanos += duration.toNanos(),
          Duration.ofSeconds(10));

  @Test
  void aRecordThatFitsGoesToTheQueueAsItIs() {
    Kept kept =
        recorder.finished(TestingRecords.finished("{}".getBytes(StandardCharsets.UTF_8)), in(60));

    assertThat(kept).isEqualTo(Kept.QUEUED);
    assertThat(queue.sent).hasSize(1);
    assertThat(objects.held).isEmpty();
  }

  @Test
  void aLargeBodyMovesToTheObjectStoreAndTheRecordPointsToIt() {
    queue.maxBytes = 16 * 1024;
    FinishedRecord record = TestingRecords.finished(incompressible());

    Kept kept = recorder.finished(record, in(60));

    assertThat(kept).isEqualTo(Kept.QUEUED);
    FinishedRecord sent = (FinishedRecord) decoded(queue.sent.getFirst());
    RecordBody.Elsewhere elsewhere = (RecordBody.Elsewhere) Objects.requireNonNull(sent.response());
    assertThat(elsewhere.object())
        .isEqualTo(
            record.head().accountId()
                + "/"
                + record.head().requestId().uuid()
                + "/"
                + elsewhere.sha256());
    assertThat(objects.held.get(elsewhere.object()))
        .isEqualTo(((RecordBody.Inline) Objects.requireNonNull(record.response())).bytes());
    assertThat(queue.sent.getFirst().length()).isLessThan(queue.maxBytes);
  }

  @Test
  void theEventsOfAStreamMoveToTheObjectStoreWithTheBody() {
    queue.maxBytes = 16 * 1024;
    RecordBody.Inline events = RecordBody.gzip(incompressible(), "text/event-stream");
    FinishedRecord small = TestingRecords.finished(new byte[] {'1'});

    Kept kept = recorder.finished(small.with(small.response(), events), in(60));

    assertThat(kept).isEqualTo(Kept.QUEUED);
    FinishedRecord sent = (FinishedRecord) decoded(queue.sent.getFirst());
    RecordBody.Elsewhere moved = (RecordBody.Elsewhere) Objects.requireNonNull(sent.events());
    assertThat(moved.contentType()).isEqualTo("text/event-stream");
    assertThat(objects.held.get(moved.object())).isEqualTo(events.bytes());
    assertThat(sent.response()).isInstanceOf(RecordBody.Elsewhere.class);
    assertThat(objects.held).hasSize(2);
  }

  @Test
  void theTextOfAFailureCountsTowardsTheSizeOfItsRecord() {
    queue.maxBytes = 64 * 1024;
    FinishedRecord record =
        new FinishedRecord(
            TestingRecords.head(),
            Outcome.FAILED,
            400,
            FailureReason.ofStatus(400, "é".repeat(4_096)),
            false,
            12L,
            TestingRecords.AT,
            null,
            List.of(),
            RecordBody.gzip(incompressible(), "application/json"),
            null);

    Kept kept = recorder.finished(record, in(60));

    assertThat(kept).isEqualTo(Kept.QUEUED);
    assertThat(queue.sent.getFirst().length()).isLessThan(queue.maxBytes);
  }

  @Test
  void theEndOfAnInterruptedCallIsRecordedAndTheInterruptStays() {
    Thread.currentThread().interrupt();

    Kept kept = recorder.finished(TestingRecords.finished(new byte[] {'1'}), in(60));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(kept).isEqualTo(Kept.QUEUED);
  }

  @Test
  void aQueueThatRecoversInTimeGetsTheRecord() {
    queue.failures = 5;

    Kept kept = recorder.finished(TestingRecords.finished(new byte[] {'1'}), in(60));

    assertThat(kept).isEqualTo(Kept.QUEUED);
    assertThat(queue.sent).hasSize(1);
  }

  @Test
  void aQueueThatStaysAwayMakesTheSameRecordSpill() {
    queue.failures = Integer.MAX_VALUE;
    FinishedRecord record = TestingRecords.finished(new byte[] {'1'});

    Kept kept = recorder.finished(record, in(60));

    assertThat(kept).isEqualTo(Kept.SPILLED);
    assertThat(nanos).isLessThanOrEqualTo(Duration.ofSeconds(10).toNanos());
    Map.Entry<String, byte[]> spilled = objects.held.firstEntry();
    assertThat(spilled.getKey())
        .isEqualTo(
            "spill/"
                + record.head().accountId()
                + "/"
                + record.head().requestId().uuid()
                + "/"
                + record.head().eventId()
                + ".json");
    assertThat(new String(spilled.getValue(), StandardCharsets.US_ASCII))
        .isEqualTo(RecordCodec.encode(record));
  }

  @Test
  void timeIsLeftToSpillWhenTheDeadlineIsNear() {
    queue.failures = Integer.MAX_VALUE;

    Kept kept = recorder.finished(TestingRecords.finished(new byte[] {'1'}), in(4));

    assertThat(kept).isEqualTo(Kept.SPILLED);
    assertThat(nanos).isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void whatNeitherTakesIsReportedAsLost() {
    queue.failures = Integer.MAX_VALUE;
    objects.failing = true;

    assertThat(recorder.finished(TestingRecords.finished(new byte[] {'1'}), in(60)))
        .isEqualTo(Kept.LOST);
  }

  @Test
  void aStartedRecordIsTriedOnce() {
    queue.failures = 1;

    assertThatThrownBy(
            () -> recorder.started(TestingRecords.started(new byte[] {'1'}), Duration.ofSeconds(2)))
        .isInstanceOf(QueueUnavailableException.class);
    assertThat(objects.held).isEmpty();
  }

  @Test
  void aStartedRecordWhoseBodyCannotBeKeptIsRefusedToo() {
    queue.maxBytes = 16 * 1024;
    objects.failing = true;

    assertThatThrownBy(
            () -> recorder.started(TestingRecords.started(incompressible()), Duration.ofSeconds(2)))
        .isInstanceOf(QueueUnavailableException.class);
    assertThat(queue.sent).isEmpty();
  }

  private Deadline in(long seconds) {
    return Deadline.in(Duration.ofSeconds(seconds), () -> nanos);
  }

  private static byte[] incompressible() {
    byte[] body = new byte[32 * 1024];
    RandomGenerator.of("L64X128MixRandom").nextBytes(body);
    return body;
  }

  private static CompletionRecord decoded(String message) {
    return ((RecordCodec.Decoded.Known) RecordCodec.decode(message)).record();
  }

  /// A queue that refuses as often as it is told.
  private static final class ScriptedQueue implements CompletionQueue {

    private final List<String> sent = new ArrayList<>();
    private int failures;
    private int maxBytes = 1024 * 1024;

    @Override
    public void send(String message, Duration within) {
      // As the clients of real queues do.
      if (Thread.currentThread().isInterrupted()) {
        throw new QueueUnavailableException("interrupted", new IOException("interrupted"));
      }
      if (failures > 0) {
        failures--;
        throw new QueueUnavailableException("scripted", new IOException("scripted"));
      }
      sent.add(message);
    }

    @Override
    public int maxMessageBytes() {
      return maxBytes;
    }

    @Override
    public boolean isReachable() {
      return failures == 0;
    }
  }

  /// Objects in memory, or none at all.
  private static final class MemoryObjects implements ObjectStore {

    private final TreeMap<String, byte[]> held = new TreeMap<>();
    private boolean failing;

    @Override
    public void put(String name, byte[] bytes) {
      if (failing) {
        throw new UncheckedIOException("scripted", new IOException("scripted"));
      }
      held.put(name, bytes);
    }

    @Override
    public Optional<byte[]> get(String name) {
      return Optional.ofNullable(held.get(name));
    }

    @Override
    public List<String> list(String prefix, String after, int limit) {
      return held.tailMap(after, false).keySet().stream()
          .filter(name -> name.startsWith(prefix))
          .limit(limit)
          .toList();
    }

    @Override
    public void delete(String name) {
      held.remove(name);
    }
  }
}
