package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// EventBridge Scheduler as a function sees it: invokes the function at a fixed rate with the event
/// of a schedule that names no input of its own, and repeats no invocation that failed.
///
/// As on AWS, a tick does not wait for the one before; when as many run as may, those that come due
/// are left out. Safe for use by several threads.
public final class Scheduler implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final Settings settings;
  private final RequestStreamHandler function;
  private final Semaphore free;
  private final Signal closed = new Signal();
  private final List<Thread> timers = new ArrayList<>();
  private final Invocations invocations = new Invocations();

  /// How a schedule invokes its function.
  ///
  /// @param functionName in the function's context and in logs
  /// @param every the time between two ticks
  /// @param functionTimeout after which an invocation counts as failed
  /// @param maxConcurrency how many ticks may run at once
  public record Settings(
      String functionName, Duration every, Duration functionTimeout, int maxConcurrency) {

    public Settings {
      if (!every.isPositive() || !functionTimeout.isPositive()) {
        throw new IllegalArgumentException("The rate and the time-out are above zero");
      }
      if (maxConcurrency < 1) {
        throw new IllegalArgumentException("Concurrency starts at 1");
      }
    }
  }

  /// How an invocation ended.
  public sealed interface Tick {

    /// @param answer what the function wrote, which Scheduler throws away on AWS
    record Answered(String answer) implements Tick {}

    /// @param cause what the function threw, or a [TimeoutException], or a [CancellationException]
    ///   when the schedule was closed
    record Failed(Throwable cause) implements Tick {}
  }

  private Scheduler(Settings settings, RequestStreamHandler function) {
    this.settings = settings;
    this.function = function;
    this.free = new Semaphore(settings.maxConcurrency(), true);
  }

  /// A schedule that ticks only when [#tickOnce] is called.
  public static Scheduler paused(Settings settings, RequestStreamHandler function) {
    return new Scheduler(settings, function);
  }

  /// A schedule that ticks until it is closed, for the first time when one interval has passed.
  public static Scheduler start(Settings settings, RequestStreamHandler function) {
    Scheduler scheduler = paused(settings, function);
    scheduler.timers.add(Thread.ofVirtual().name("scheduler").start(scheduler::tickUntilClosed));
    return scheduler;
  }

  private void tickUntilClosed() {
    long due = System.nanoTime();
    while (true) {
      long now = System.nanoTime();
      long every = settings.every().toNanos();
      due += every;
      if (due < now) {
        due = now + every - (now - due) % every; // Those that were missed are left out.
      }
      if (closed.firedWithin(Duration.ofNanos(due - now))
          || Thread.currentThread().isInterrupted()) {
        return;
      }
      if (free.tryAcquire()) {
        if (closed.fired()) {
          free.release();
          return;
        }
        var _ = Thread.ofVirtual().name("scheduler-tick").start(this::invokeAndFree);
      }
    }
  }

  /// Invokes the function now and waits for its end; first for the end of a running tick, when as
  /// many run as may.
  ///
  /// @throws IllegalStateException when the schedule is closed
  public Tick tickOnce() {
    free.acquireUninterruptibly();
    if (closed.fired()) {
      free.release();
      throw new IllegalStateException("The schedule is closed");
    }
    return invokeAndFree();
  }

  private Tick invokeAndFree() {
    try {
      return invoke();
    } finally {
      free.release();
    }
  }

  private Tick invoke() {
    String requestId = UUID.randomUUID().toString();
    byte[] event = event(requestId).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    LambdaContext context =
        LambdaContext.starting(
            settings.functionName(), requestId, null, settings.functionTimeout());
    try {
      var _ =
          invocations.<@Nullable Void>call(
              requestId,
              settings.functionTimeout(),
              () -> {
                function.handleRequest(new ByteArrayInputStream(event), answer, context);
                return null;
              });
      return new Tick.Answered(answer.toString(StandardCharsets.UTF_8));
    } catch (ExecutionException e) {
      return failed(requestId, e.getCause() == null ? e : e.getCause());
    } catch (CancellationException | TimeoutException e) {
      return failed(requestId, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(requestId, e);
    }
  }

  private Tick failed(String requestId, Throwable cause) {
    LOG.atWarn()
        .addKeyValue("function", settings.functionName())
        .addKeyValue("request_id", requestId)
        .setCause(cause)
        .log("The invocation failed and is not repeated");
    return new Tick.Failed(cause);
  }

  /// What a Lambda target gets when its schedule has no `Input` (seen in events that users of
  /// EventBridge Scheduler have published; `detail` is a string there).
  static String event(String id) {
    return """
    {"version":"0","id":"%s","detail-type":"Scheduled Event","source":"aws.scheduler",\
    "account":"%s","time":"%s","region":"%s",\
    "resources":["arn:aws:scheduler:%s:%s:schedule/default/local"],"detail":"{}"}\
    """
        .formatted(
            id,
            LambdaContext.ACCOUNT,
            Instant.now().truncatedTo(ChronoUnit.SECONDS),
            LambdaContext.REGION,
            LambdaContext.REGION,
            LambdaContext.ACCOUNT);
  }

  /// Ticks no more, and returns when the running ticks have ended. Those that have not within 5 s
  /// are interrupted, and left when that does not end them soon.
  @Override
  public void close() {
    close(CLOSE_LIMIT);
  }

  /// The same with another limit for the ticks to end by themselves.
  public void close(Duration limit) {
    closed.fire();
    int slots = settings.maxConcurrency();
    try {
      if (free.tryAcquire(slots, limit.toNanos(), TimeUnit.NANOSECONDS)) {
        free.release(slots);
        return;
      }
      LOG.atInfo()
          .addKeyValue("function", settings.functionName())
          .addKeyValue("ticks", invocations.interrupt())
          .log("Ticks did not end when the schedule was closed and were interrupted");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
