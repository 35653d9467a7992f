package dev.sluice.emulators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.sluice.emulators.EventSourceMapping.Delivery;
import dev.sluice.emulators.EventSourceMapping.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SqsException;

final class EventSourceMappingTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private SqsServer server;
  private SqsQueues queues;

  @BeforeEach
  void start() {
    server = SqsServer.start();
    queues = SqsQueues.create(server.endpoint(), new SqsQueues.Settings(Duration.ofSeconds(1), 2));
  }

  @AfterEach
  void stop() {
    queues.close();
    server.close();
  }

  @Test
  void aRecordLooksLikeOneOfLambda() {
    Queue<SQSMessage> seen = new ConcurrentLinkedQueue<>();
    var _ =
        queues
            .client()
            .sendMessage(r ->
                r.queueUrl(queues.completions().url())
                    .messageBody("hello")
                    .messageAttributes(
                        Map.of(
                            "kind",
                            MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue("started")
                                .build())));

    Delivery delivery = paused(Settings.TEST, recording(seen)).pollOnce();

    assertThat(delivery).isEqualTo(new Delivery(1, 1));
    SQSMessage record = seen.remove();
    assertThat(record.getBody()).isEqualTo("hello");
    assertThat(record.getMd5OfBody()).isEqualTo("5d41402abc4b2a76b9719d911017c592");
    assertThat(record.getMessageAttributes())
        .hasEntrySatisfying(
            "kind",
            kind -> {
              assertThat(kind.getStringValue()).isEqualTo("started");
              assertThat(kind.getDataType()).isEqualTo("String");
            });
    assertThat(record.getAttributes())
        .containsEntry("ApproximateReceiveCount", "1")
        .containsKeys("SentTimestamp", "ApproximateFirstReceiveTimestamp", "SenderId");
    assertThat(record.getEventSource()).isEqualTo("aws:sqs");
    assertThat(record.getEventSourceArn())
        .isEqualTo("arn:aws:sqs:eu-central-1:000000000000:completions");
    assertThat(record.getAwsRegion()).isEqualTo("eu-central-1");
    assertThat(record.getReceiptHandle()).isNotEmpty();
    assertThat(queues.counts(queues.completions()).total()).isZero();
  }

  @Test
  void aBatchHasAtMostItsSize() {
    send(25);
    Queue<SQSMessage> seen = new ConcurrentLinkedQueue<>();
    EventSourceMapping mapping = paused(settings(20, 6_000_000), recording(seen));

    assertThat(mapping.pollOnce()).isEqualTo(new Delivery(20, 20));
    assertThat(mapping.pollOnce()).isEqualTo(new Delivery(5, 5));
    assertThat(mapping.pollOnce()).isEqualTo(new Delivery(0, 0));
    assertThat(seen.stream().map(SQSMessage::getBody)).doesNotHaveDuplicates().hasSize(25);
  }

  @Test
  void anEventHasAtMostThePayloadLimit() {
    send(4);
    EventSourceMapping mapping = paused(settings(100, 2_000), (_, _) -> null);

    int first = mapping.pollOnce().received();
    int second = mapping.pollOnce().received();

    assertThat(first).isBetween(1, 3);
    assertThat(second).isBetween(1, 3);
  }

  @Test
  void whatFailedComesBackWhenItsVisibilityEnds() {
    send(3);
    Queue<SQSMessage> seen = new ConcurrentLinkedQueue<>();
    BatchFunction failsFirstOnce =
        (event, _) -> {
          boolean first = seen.isEmpty();
          seen.addAll(event.getRecords());
          return first ? reporting(event.getRecords().getFirst().getMessageId()) : null;
        };
    EventSourceMapping mapping = paused(Settings.TEST, failsFirstOnce);

    Delivery delivery = mapping.pollOnce();

    assertThat(delivery.failed()).isEqualTo(1);
    assertThat(queues.counts(queues.completions())).isEqualTo(new SqsQueues.Counts(0, 1, 0));
    assertThat(mapping.drain(LIMIT)).isEqualTo(new EventSourceMapping.Drained(1, 0));
    assertThat(seen).hasSize(4);
    assertThat(seen.stream().map(m -> m.getAttributes().get("ApproximateReceiveCount")))
        .containsOnlyOnce("2");
  }

  @Test
  void aFunctionThatThrowsDeletesNothingAndInTheEndFeedsTheDeadLetters() {
    send(2);
    EventSourceMapping mapping =
        paused(
            Settings.TEST,
            (_, _) -> {
              throw new IllegalStateException("poison");
            });

    assertThat(mapping.pollOnce()).isEqualTo(new Delivery(2, 0));
    assertThat(mapping.drain(LIMIT)).isEqualTo(new EventSourceMapping.Drained(0, 0));

    assertThat(queues.peekDeadLetters()).hasSize(2);
    assertThat(queues.peekDeadLetters()).hasSize(2);
    assertThat(queues.redrive()).isEqualTo(2);
    assertThat(queues.counts(queues.completions()).visible()).isEqualTo(2);
    assertThat(queues.counts(queues.deadLetters()).total()).isZero();
  }

  @Test
  void anUnknownIdentifierFailsTheBatch() {
    send(2);

    Delivery delivery = paused(Settings.TEST, (_, _) -> reporting("unknown")).pollOnce();

    assertThat(delivery).isEqualTo(new Delivery(2, 0));
  }

  @Test
  void aFunctionThatTakesTooLongIsInterruptedAndFails() throws InterruptedException {
    send(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Settings brief =
        new Settings("completion", 10, Duration.ZERO, 1, Duration.ofMillis(200), 6_000_000);
    BatchFunction slow =
        (_, context) -> {
          assertThat(context.getRemainingTimeInMillis()).isBetween(0, 200);
          if (!new Signal().firedWithin(LIMIT)) {
            interrupted.countDown();
          }
          return null;
        };

    Delivery delivery = paused(brief, slow).pollOnce();

    assertThat(delivery).isEqualTo(new Delivery(1, 0));
    assertThat(interrupted.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void thousandsOfMessagesArriveOnceAndNoMoreRunThanAllowed() {
    // On a busy machine a batch takes longer than the second of the other tests.
    hideFor(Duration.ofMinutes(1));
    int count = 1_000 * Integer.getInteger("sluice.test.scale", 1);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    AtomicInteger records = new AtomicInteger();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    BatchFunction counting =
        (event, _) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          event.getRecords().forEach(record -> seen.add(record.getBody()));
          records.addAndGet(event.getRecords().size());
          running.decrementAndGet();
          return null;
        };

    try (EventSourceMapping mapping = EventSourceMapping.start(queues, Settings.TEST, counting)) {
      send(count);
      var drained = mapping.drain(Duration.ofMinutes(5));

      assertThat(drained.left()).isZero();
      assertThat(seen).hasSize(count);
      assertThat(records).hasValue(count);
      assertThat(most.get()).isLessThanOrEqualTo(Settings.TEST.maxConcurrency());
    }
  }

  @Test
  void aWindowGathersWhatComesOneByOne() {
    AtomicInteger calls = new AtomicInteger();
    Settings oneSecond =
        new Settings("completion", 100, Duration.ofSeconds(1), 1, LIMIT, 6_000_000);

    try (EventSourceMapping mapping =
        EventSourceMapping.start(
            queues,
            oneSecond,
            (_, _) -> {
              calls.incrementAndGet();
              return null;
            })) {
      for (int i = 0; i < 5; i++) {
        send(1);
      }
      assertThat(mapping.drain(LIMIT).left()).isZero();
    }

    assertThat(calls.get()).isLessThan(5);
  }

  @Test
  void aCloseInterruptsAnInvocationThatHangsAndWaitsForItsEnd() {
    Signal begun = new Signal();
    Signal ended = new Signal();
    EventSourceMapping mapping =
        EventSourceMapping.start(
            queues,
            queues.wake(),
            Settings.atOnce("daemon", LIMIT),
            (event, context) -> {
              begun.fire();
              assertThat(event.getRecords()).hasSize(1);
              assertThat(context.getFunctionName()).isEqualTo("daemon");
              if (!new Signal().firedWithin(LIMIT)) {
                // Last words, which the interruption does not cut short.
                Thread.interrupted();
                var _ = new Signal().firedWithin(Duration.ofMillis(50));
                ended.fire();
              }
              return null;
            });
    var _ = queues.client().sendMessage(r -> r.queueUrl(queues.wake().url()).messageBody("{}"));
    begun.await(LIMIT);

    mapping.close(Duration.ofMillis(100));

    assertThat(ended.fired()).isTrue();
    assertThat(queues.counts(queues.wake()).inFlight()).as("it comes back").isEqualTo(1);
  }

  @Test
  void aMessageAboveOneMebibyteIsRefused() {
    String large = "x".repeat(1024 * 1024);

    var _ =
        queues.client().sendMessage(r -> r.queueUrl(queues.completions().url()).messageBody(large));
    assertThatThrownBy(() ->
            queues
                .client()
                .sendMessage(r -> r.queueUrl(queues.completions().url()).messageBody(large + "x")))
        .isInstanceOf(SqsException.class);
  }

  private void hideFor(Duration visibility) {
    var _ =
        queues
            .client()
            .setQueueAttributes(r ->
                r.queueUrl(queues.completions().url())
                    .attributes(
                        Map.of(
                            QueueAttributeName.VISIBILITY_TIMEOUT,
                            String.valueOf(visibility.toSeconds()))));
  }

  private EventSourceMapping paused(Settings settings, BatchFunction function) {
    return EventSourceMapping.paused(queues, settings, function);
  }

  private static Settings settings(int batchSize, long payloadBytes) {
    return new Settings("completion", batchSize, Duration.ZERO, 1, LIMIT, payloadBytes);
  }

  private static BatchFunction recording(Queue<SQSMessage> seen) {
    return (event, _) -> {
      seen.addAll(event.getRecords());
      return null;
    };
  }

  private static SQSBatchResponse reporting(String id) {
    return new SQSBatchResponse(List.of(new BatchItemFailure(id)));
  }

  private void send(int count) {
    for (int from = 0; from < count; from += 10) {
      var entries =
          IntStream.range(from, Math.min(from + 10, count))
              .mapToObj(i ->
                  SendMessageBatchRequestEntry.builder()
                      .id("m" + i)
                      .messageBody("message " + i)
                      .build())
              .toList();
      var _ =
          queues
              .client()
              .sendMessageBatch(r -> r.queueUrl(queues.completions().url()).entries(entries));
    }
  }
}
