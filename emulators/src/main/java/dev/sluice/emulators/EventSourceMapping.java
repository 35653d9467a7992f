package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.sluice.emulators.SqsQueues.Counts;
import dev.sluice.emulators.SqsQueues.Queue;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/// Lambda's SQS event-source mapping: takes batches from a queue over the SQS protocol, calls a
/// function with them, and deletes what the function has handled.
///
/// Messages that failed are left alone: they come back when the visibility of the queue ends, as on
/// AWS. Each of the concurrent pollers collects, calls and deletes in turn; [#pollOnce] is one such
/// turn. Safe for use by several threads.
public final class EventSourceMapping implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventSourceMapping.class);
  private static final int DELETE_LIMIT = 10;
  private static final Duration RECHECK = Duration.ofMillis(100);

  private final SqsQueues queues;
  private final Queue queue;
  private final Settings settings;
  private final BatchFunction function;
  private final List<Thread> pollers = new ArrayList<>();
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
  private final Deque<Message> overflow = new ConcurrentLinkedDeque<>();
  private final Signal closed = new Signal();
  private final AtomicLong deleted = new AtomicLong();
  private final Invocations invocations = new Invocations();
  private final Semaphore turns = new Semaphore(0);

  /// How a queue is joined to a function.
  ///
  /// @param functionName in the function's context
  /// @param batchSize the most messages of one invocation
  /// @param window how long to wait for a fuller batch after the first message
  /// @param maxConcurrency how many invocations may run at once
  /// @param functionTimeout after which an invocation counts as failed
  /// @param payloadBytes the most bytes of one event
  public record Settings(
      String functionName,
      int batchSize,
      Duration window,
      int maxConcurrency,
      Duration functionTimeout,
      long payloadBytes) {

    private static final long LAMBDA_PAYLOAD_BYTES = 6 * 1024 * 1024;

    /// What the tests use.
    public static final Settings TEST = completions(Duration.ofMillis(100));

    /// What the dev stack uses.
    public static final Settings DEV = completions(Duration.ofMillis(200));

    /// The product's completion function.
    public static Settings completions(Duration window) {
      return new Settings(
          "completion", 100, window, 2, Duration.ofSeconds(60), LAMBDA_PAYLOAD_BYTES);
    }

    /// A function that is called as soon as the first message is there.
    public static Settings atOnce(String functionName, Duration functionTimeout) {
      return new Settings(
          functionName, 100, Duration.ZERO, 2, functionTimeout, LAMBDA_PAYLOAD_BYTES);
    }

    public Settings {
      if (batchSize < 1 || maxConcurrency < 1) {
        throw new IllegalArgumentException("Batch size and concurrency start at 1");
      }
    }
  }

  /// What one turn did.
  public record Delivery(int received, int deleted) {

    public int failed() {
      return received - deleted;
    }
  }

  /// What a drain did.
  ///
  /// @param flushed messages that were handled and deleted since the drain began
  /// @param left messages that were still there at the end of the limit
  public record Drained(long flushed, int left) {}

  private EventSourceMapping(
      SqsQueues queues, Queue queue, Settings settings, BatchFunction function) {
    this.queues = queues;
    this.queue = queue;
    this.settings = settings;
    this.function = function;
  }

  /// A mapping of the queue `completions` that polls only when [#pollOnce] or [#drain] is called.
  public static EventSourceMapping paused(
      SqsQueues queues, Settings settings, BatchFunction function) {
    return new EventSourceMapping(queues, queues.completions(), settings, function);
  }

  /// A mapping of the queue `completions` that polls until it is closed.
  public static EventSourceMapping start(
      SqsQueues queues, Settings settings, BatchFunction function) {
    return start(queues, queues.completions(), settings, function);
  }

  /// A mapping of one of the queues that polls until it is closed.
  public static EventSourceMapping start(
      SqsQueues queues, Queue queue, Settings settings, BatchFunction function) {
    EventSourceMapping mapping = new EventSourceMapping(queues, queue, settings, function);
    for (int i = 0; i < settings.maxConcurrency(); i++) {
      mapping.pollers.add(
          Thread.ofVirtual().name("event-source-mapping-" + i).start(mapping::pollUntilClosed));
    }
    return mapping;
  }

  private void pollUntilClosed() {
    while (!closed.fired()) {
      try {
        var _ = turn(1);
      } catch (SdkException | UncheckedIOException e) {
        if (closed.fired()) {
          return; // The wait for messages was broken off.
        }
        // The second is how the SDK's client tells of a connection that breaks under a request.
        LOG.atWarn()
            .addKeyValue("queue", queue.url())
            .setCause(e)
            .log("The queue could not be polled; the next try follows");
        var _ = closed.firedWithin(RECHECK);
      }
    }
  }

  /// Takes the messages that are there now, up to one batch, calls the function when there are any,
  /// and deletes what it handled. Does not wait for messages.
  public Delivery pollOnce() {
    return turn(0);
  }

  private Delivery turn(int waitSeconds) {
    List<Message> batch = collect(waitSeconds);
    if (batch.isEmpty()) {
      return new Delivery(0, 0);
    }
    BatchVerdict verdict = invoke(batch);
    delete(batch, Set.copyOf(verdict.succeeded()));
    deleted.addAndGet(verdict.succeeded().size());
    turns.release();
    return new Delivery(batch.size(), verdict.succeeded().size());
  }

  private List<Message> collect(int waitSeconds) {
    List<Message> batch = new ArrayList<>();
    boolean open = fill(batch, waitSeconds);
    if (open && waitSeconds > 0 && !batch.isEmpty() && !closed.firedWithin(settings.window())) {
      var _ = fill(batch, 0);
    }
    return batch;
  }

  /// Receives until the batch is full or the queue has no more, and answers whether there is room.
  private boolean fill(List<Message> batch, int waitSeconds) {
    long bytes = batch.stream().mapToLong(SqsEvents::eventBytes).sum();
    while (batch.size() < settings.batchSize()) {
      Deque<Message> received = new ArrayDeque<>();
      Message waiting = overflow.poll();
      if (waiting == null) {
        int room = settings.batchSize() - batch.size();
        received.addAll(receive(room, batch.isEmpty() ? waitSeconds : 0));
      } else {
        received.add(waiting);
      }
      if (received.isEmpty()) {
        return true;
      }
      while (!received.isEmpty()) {
        Message message = received.remove();
        bytes += SqsEvents.eventBytes(message);
        if (bytes > settings.payloadBytes() && !batch.isEmpty()) {
          overflow.add(message);
          overflow.addAll(received);
          return false;
        }
        batch.add(message);
      }
    }
    return false;
  }

  private List<Message> receive(int room, int waitSeconds) {
    if (waitSeconds == 0) {
      return queues.receive(queue, room, 0);
    }
    waiting.add(Thread.currentThread());
    try {
      return closed.fired() ? List.of() : queues.receive(queue, room, waitSeconds);
    } finally {
      waiting.remove(Thread.currentThread());
    }
  }

  private BatchVerdict invoke(List<Message> batch) {
    List<String> ids = batch.stream().map(Message::messageId).toList();
    SQSEvent event = SqsEvents.event(batch, queue.arn());
    String requestId = UUID.randomUUID().toString();
    LambdaContext context =
        LambdaContext.starting(
            settings.functionName(), requestId, null, settings.functionTimeout());
    try {
      return BatchVerdict.of(
          ids,
          invocations.<@Nullable SQSBatchResponse>call(
              requestId, settings.functionTimeout(), () -> function.handle(event, context)));
    } catch (ExecutionException e) {
      return failed(ids, requestId, e.getCause());
    } catch (CancellationException _) {
      LOG.atInfo()
          .addKeyValue("request_id", requestId)
          .addKeyValue("records", ids.size())
          .log("The mapping was closed, and its invocation with it; the batch comes back");
      return BatchVerdict.failed(ids);
    } catch (TimeoutException e) {
      return failed(ids, requestId, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(ids, requestId, e);
    }
  }

  private static BatchVerdict failed(
      List<String> ids, String requestId, @Nullable Throwable cause) {
    LOG.atWarn()
        .addKeyValue("request_id", requestId)
        .addKeyValue("records", ids.size())
        .setCause(cause)
        .log("The invocation failed; its batch comes back");
    return BatchVerdict.failed(ids);
  }

  private void delete(List<Message> batch, Set<String> succeeded) {
    List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
    for (Message message : batch) {
      if (succeeded.contains(message.messageId())) {
        entries.add(
            DeleteMessageBatchRequestEntry.builder()
                .id(String.valueOf(entries.size()))
                .receiptHandle(message.receiptHandle())
                .build());
      }
    }
    for (int from = 0; from < entries.size(); from += DELETE_LIMIT) {
      var part = entries.subList(from, Math.min(from + DELETE_LIMIT, entries.size()));
      var failures =
          queues.client().deleteMessageBatch(r -> r.queueUrl(queue.url()).entries(part)).failed();
      if (!failures.isEmpty()) {
        // As on AWS: the message is delivered once more, and the function is idempotent.
        LOG.atWarn()
            .addKeyValue("records", failures.size())
            .addKeyValue("codes", failures.stream().map(f -> f.code()).collect(Collectors.toSet()))
            .log("Handled messages were not deleted");
      }
    }
  }

  /// Waits until the queue holds nothing, visible or in flight, or the limit passes. A paused
  /// mapping polls meanwhile.
  public Drained drain(Duration limit) {
    long start = System.nanoTime();
    long before = deleted.get();
    Counts counts = queues.counts(queue);
    while (counts.total() > 0 && System.nanoTime() - start < limit.toNanos()) {
      if (pollers.isEmpty() && pollOnce().received() > 0) {
        counts = queues.counts(queue);
        continue;
      }
      awaitSettled();
      counts = queues.counts(queue);
    }
    return new Drained(deleted.get() - before, counts.total());
  }

  /// Waits for the end of a turn; not for ever, because hidden messages come back without a signal.
  private void awaitSettled() {
    try {
      if (turns.tryAcquire(RECHECK.toNanos(), TimeUnit.NANOSECONDS)) {
        var _ = turns.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the queue was drained", e);
    }
  }

  /// Takes no more batches and returns when the running invocations have ended. A message that
  /// comes at this very moment may stay hidden for the time that the queue is set to.
  @Override
  public void close() {
    stopWaiting();
    for (Thread poller : pollers) {
      try {
        poller.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /// Takes no more batches, and returns when the running invocations have ended. Those that have
  /// not within the limit are interrupted, and left when that does not end them soon; their batches
  /// come back.
  public void close(Duration limit) {
    stopWaiting();
    try {
      if (!haveEnded(limit)) {
        LOG.atInfo()
            .addKeyValue("function", settings.functionName())
            .addKeyValue("invocations", invocations.interrupt())
            .log("Invocations did not end when the mapping was closed and were interrupted");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopWaiting() {
    closed.fire();
    waiting.forEach(Thread::interrupt);
  }

  private boolean haveEnded(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (Thread poller : pollers) {
      if (!poller.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
        return false;
      }
    }
    return true;
  }
}
