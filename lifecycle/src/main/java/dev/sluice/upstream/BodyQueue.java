package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Takes a body from the JDK's client and hands it to the thread that waits for it. At most one
/// piece lies in the queue: the next is asked for when one was taken, so a slow reader slows the
/// upstream down instead of filling the memory.
final class BodyQueue implements BodyHandler<BodyQueue>, BodySubscriber<BodyQueue>, UpstreamBody {

  private static final Flow.Subscription CLOSED =
      new Flow.Subscription() {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
      };

  private final Duration idle;
  private final Deadline total;
  private final long maxBytes;
  private final LinkedBlockingQueue<Read> reads = new LinkedBlockingQueue<>();
  private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();

  private long received;
  private @Nullable Deadline silence;
  private @Nullable Read last;

  /// @param idle between two pieces
  BodyQueue(Duration idle, Deadline total, long maxBytes) {
    this.idle = idle;
    this.total = total;
    this.maxBytes = maxBytes;
  }

  @Override
  public Read next(Duration patience) {
    if (last != null) {
      return last;
    }
    if (silence == null) {
      silence = Deadline.in(idle, total.nanoClock());
    }
    Duration limit = silence.atMost(total.atMost(patience));
    try {
      Read read = reads.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
      return read == null ? nothing(silence) : taken(read);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return broken(new Read.Broken(new CallLost("The call was interrupted.")));
    }
  }

  private Read nothing(Deadline silenceEnd) {
    if (total.hasPassed()) {
      return broken(new Read.Broken(new TimedOut("total")));
    }
    return silenceEnd.hasPassed()
        ? broken(new Read.Broken(new TimedOut("idle")))
        : new Read.Silence();
  }

  private Read taken(Read read) {
    return switch (read) {
      case Read.Bytes(byte[] bytes) -> {
        received += bytes.length;
        silence = null;
        if (received > maxBytes) {
          yield broken(
              new Read.Broken(
                  new NetworkError(
                      "too_large", "The answer is larger than " + maxBytes + " bytes.")));
        }
        if (total.hasPassed()) {
          // A peer that drips is never silent; the whole still has an end.
          yield broken(new Read.Broken(new TimedOut("total")));
        }
        Flow.Subscription source = subscription.get();
        if (source != null) {
          source.request(1);
        }
        yield read;
      }
      case Read.End _, Read.Broken _ -> broken(read);
      case Read.Silence _ -> throw new IllegalStateException("Silence is never queued");
    };
  }

  private Read broken(Read end) {
    last = end;
    close();
    return end;
  }

  /// Closes the exchange unless it has ended; harmless when repeated.
  void close() {
    Flow.Subscription source = subscription.getAndSet(CLOSED);
    if (source != null) {
      source.cancel();
    }
  }

  @Override
  public BodySubscriber<BodyQueue> apply(ResponseInfo head) {
    return this;
  }

  /// The body is there as soon as the head is: it is read while it arrives.
  @Override
  public CompletionStage<BodyQueue> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    if (subscription.compareAndSet(null, source)) {
      source.request(1);
    } else {
      source.cancel();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    int size = buffers.stream().mapToInt(ByteBuffer::remaining).sum();
    byte[] bytes = new byte[size];
    int at = 0;
    for (ByteBuffer buffer : buffers) {
      int length = buffer.remaining();
      buffer.get(bytes, at, length);
      at += length;
    }
    if (size > 0) {
      reads.add(new Read.Bytes(bytes));
    } else {
      Flow.Subscription source = subscription.get();
      if (source != null) {
        source.request(1);
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    subscription.set(CLOSED);
    reads.add(new Read.Broken(new NetworkError("reset", "The connection broke in mid-answer.")));
  }

  @Override
  public void onComplete() {
    subscription.set(CLOSED);
    reads.add(new Read.End());
  }
}
