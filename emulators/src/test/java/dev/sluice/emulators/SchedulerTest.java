package dev.sluice.emulators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.Scheduler.Settings;
import dev.sluice.emulators.Scheduler.Tick;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SchedulerTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  private static Settings settings(Duration every, Duration timeout, int maxConcurrency) {
    return new Settings("daemon", every, timeout, maxConcurrency);
  }

  private static Scheduler paused(RequestStreamHandler function) {
    return Scheduler.paused(settings(LIMIT, LIMIT, 1), function);
  }

  @Test
  void theFunctionGetsTheEventOfAScheduleAndItsTime() {
    RequestStreamHandler function =
        (event, answer, context) -> {
          events.add(new String(event.readAllBytes(), StandardCharsets.UTF_8));
          answer.write(
              (context.getFunctionName() + " " + (context.getRemainingTimeInMillis() > 10_000))
                  .getBytes(StandardCharsets.UTF_8));
        };
    try (Scheduler scheduler = paused(function)) {
      assertThat(scheduler.tickOnce()).isEqualTo(new Tick.Answered("daemon true"));
    }

    assertThat(events)
        .singleElement()
        .asString()
        .matches(
            """
            \\{"version":"0","id":"[0-9a-f-]{36}","detail-type":"Scheduled Event",\
            "source":"aws.scheduler","account":"000000000000","time":"[0-9T:-]{19}Z",\
            "region":"eu-central-1","resources":\\["arn:aws:scheduler:[a-z0-9:/-]*"\\],"detail":"\\{\\}"\\}\
            """);
  }

  @Test
  void itTicksAtItsRateUntilItIsClosed() throws InterruptedException {
    Scheduler scheduler =
        Scheduler.start(
            settings(Duration.ofMillis(10), LIMIT, 1),
            (_, _, context) -> events.add(context.getAwsRequestId()));
    try (scheduler) {
      for (int i = 0; i < 3; i++) {
        assertThat(events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();
      }
    }
    events.clear();

    assertThatThrownBy(scheduler::tickOnce).isInstanceOf(IllegalStateException.class);
    assertThat(events).isEmpty();
  }

  @Test
  void aTickThatFailsIsNotRepeatedAndTheNextOneComes() throws InterruptedException {
    IOException fault = new IOException("scripted");
    AtomicInteger calls = new AtomicInteger();
    RequestStreamHandler function =
        (_, _, context) -> {
          events.add(context.getAwsRequestId());
          if (calls.incrementAndGet() == 1) {
            throw fault;
          }
        };
    try (Scheduler scheduler = paused(function)) {
      assertThat(scheduler.tickOnce()).isEqualTo(new Tick.Failed(fault));
      assertThat(calls).hasValue(1);
    }
    try (Scheduler _ = Scheduler.start(settings(Duration.ofMillis(10), LIMIT, 1), function)) {
      for (int i = 0; i < 3; i++) {
        assertThat(events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();
      }
    }
    assertThat(events).doesNotHaveDuplicates();
  }

  @Test
  void aFunctionThatTakesTooLongIsInterrupted() {
    Signal interrupted = new Signal();
    RequestStreamHandler function =
        (_, _, _) -> {
          if (!new Signal().firedWithin(LIMIT)) {
            interrupted.fire();
          }
        };
    try (Scheduler scheduler =
        Scheduler.paused(settings(LIMIT, Duration.ofMillis(50), 1), function)) {
      assertThat(scheduler.tickOnce())
          .isInstanceOfSatisfying(
              Tick.Failed.class,
              failed -> assertThat(failed.cause()).isInstanceOf(TimeoutException.class));
      interrupted.await(LIMIT);
    }
  }

  @Test
  void ticksOverlapAsFarAsTheyMay() {
    assertThat(mostAtOnce(1)).isEqualTo(1);
    assertThat(mostAtOnce(2)).isEqualTo(2);
  }

  /// Each call waits a moment for another one to be there at the same time.
  private static int mostAtOnce(int maxConcurrency) {
    AtomicInteger running = new AtomicInteger();
    List<Integer> seen = new CopyOnWriteArrayList<>();
    Signal enough = new Signal();
    Signal together = new Signal();
    RequestStreamHandler function =
        (_, _, _) -> {
          int now = running.incrementAndGet();
          seen.add(now);
          if (now > 1) {
            together.fire();
          }
          var _ = together.firedWithin(Duration.ofMillis(50));
          running.decrementAndGet();
          if (seen.size() >= 5) {
            enough.fire();
          }
        };
    try (Scheduler _ =
        Scheduler.start(settings(Duration.ofMillis(5), LIMIT, maxConcurrency), function)) {
      enough.await(LIMIT);
    }
    return seen.stream().max(Integer::compare).orElseThrow();
  }

  @Test
  void closingWaitsForTheTickThatRuns() {
    Signal begun = new Signal();
    Signal mayEnd = new Signal();
    AtomicInteger ended = new AtomicInteger();
    Scheduler scheduler =
        paused((_, _, _) -> {
          begun.fire();
          mayEnd.await(LIMIT);
          ended.incrementAndGet();
        });
    Thread.ofVirtual().start(scheduler::tickOnce);
    begun.await(LIMIT);
    Signal closed = new Signal();
    Thread.ofVirtual()
        .start(() -> {
          scheduler.close();
          closed.fire();
        });

    assertThat(closed.firedWithin(Duration.ofMillis(100))).isFalse();
    mayEnd.fire();
    closed.await(LIMIT);

    assertThat(ended).hasValue(1);
  }

  @Test
  void closingInterruptsATickThatHangsAndWaitsForItsEnd() throws Exception {
    Signal begun = new Signal();
    Signal interrupted = new Signal();
    AtomicInteger ended = new AtomicInteger();
    Scheduler scheduler =
        paused((_, _, _) -> {
          begun.fire();
          if (!new Signal().firedWithin(LIMIT)) {
            interrupted.fire();
            // Last words, which the interruption does not cut short.
            Thread.interrupted();
            var _ = new Signal().firedWithin(Duration.ofMillis(50));
            ended.incrementAndGet();
          }
        });
    FutureTask<Tick> tick = new FutureTask<>(scheduler::tickOnce);
    Thread.ofVirtual().start(tick);
    begun.await(LIMIT);

    long before = System.nanoTime();
    scheduler.close(Duration.ofSeconds(1));

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    assertThat(interrupted.fired()).isTrue();
    assertThat(ended).hasValue(1);
    assertThat(tick.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            Tick.Failed.class,
            failed -> assertThat(failed.cause()).isInstanceOf(CancellationException.class));
  }
}
