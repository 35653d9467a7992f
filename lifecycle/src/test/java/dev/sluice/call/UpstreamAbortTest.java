package dev.sluice.call;

import static dev.sluice.call.CallBench.CHAT;
import static dev.sluice.call.CallBench.FINISH;
import static dev.sluice.call.CallBench.RESPONSES;
import static dev.sluice.call.CallBench.delta;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.call.QueuedCall.Result;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.Signal;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.request.Chain;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.Outcome;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.request.Usage;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.upstream.SocketUpstreamClient;
import dev.sluice.upstream.Upstream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Calls of queued requests that are aborted, and what outlasts them.
final class UpstreamAbortTest {

  private final TestingUpstreams upstreams = new TestingUpstreams();
  private final CallBench bench = new CallBench(upstreams);

  private Result run(Endpoint endpoint, String body) {
    return bench.call(CallBench.work(endpoint, body), CallBench.chat()).run();
  }

  @Test
  void anAbortedCallIsLostAndItsCostSoFarIsKnown() {
    QueuedCall[] call = new QueuedCall[1];
    upstreams.planUnendingStream(() -> call[0].abort(), delta("Hel", 1), delta("lo", 2));
    call[0] = bench.call(CallBench.work(Endpoint.CHAT_COMPLETIONS, CHAT), CallBench.chat());

    Result result = call[0].run();

    assertThat(result.ending().outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.ending().failure()).isInstanceOf(CallLost.class);
    assertThat(result.ending().usage()).isEqualTo(new Usage(3, 2, 0, 0));
  }

  @Test
  void anAbortedResponseKnowsWhatItsServerCounted() {
    QueuedCall[] call = new QueuedCall[1];
    upstreams.planUnendingStream(
        () -> call[0].abort(),
        "{'type':'response.created','response':{'status':'in_progress','usage':null}}",
        "{'type':'response.output_text.delta','item_id':'m','output_index':0,'content_index':0,'delta':'Hi'}",
        "{'type':'response.in_progress','response':{'usage':{'input_tokens':5,'output_tokens':1}}}");
    call[0] = bench.call(CallBench.work(Endpoint.RESPONSES, RESPONSES), CallBench.responses());

    Ending ending = call[0].run().ending();

    assertThat(ending.failure()).isInstanceOf(CallLost.class);
    assertThat(ending.usage()).isEqualTo(new Usage(5, 1, 0, 0));
  }

  @Test
  void aCallThatIsAbortedBeforeItBeginsIsNeverMade() {
    QueuedCall call = bench.call(CallBench.work(Endpoint.CHAT_COMPLETIONS, CHAT), CallBench.chat());

    call.abort();

    assertThat(call.run().ending().failure()).isInstanceOf(CallLost.class);
    assertThat(upstreams.requests()).isEmpty();
  }

  @Test
  @Timeout(20)
  void aCallThatIsAbortedWhileItReadsEndsAtOnce() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    bench.conversations =
        (_, _, _, _) -> {
          reading.countDown();
          LockSupport.park();
          throw new StoreUnavailableException("interrupted", new IllegalStateException());
        };
    Work work = CallBench.work(Endpoint.RESPONSES, CallBench.stored(RESPONSES), CallBench.PARENT);
    QueuedCall call = bench.call(work, CallBench.chat());
    FutureTask<Result> run = new FutureTask<>(call::run);
    var _ = Thread.ofPlatform().start(run);
    reading.await();

    call.abort();

    assertThat(run.get(5, TimeUnit.SECONDS).ending().failure()).isInstanceOf(CallLost.class);
    assertThat(upstreams.requests()).isEmpty();
  }

  @Test
  void aDatabaseThatIsAwayForAMomentCostsNoAttempt() {
    AtomicInteger asked = new AtomicInteger();
    bench.conversations =
        (_, _, _, _) -> {
          if (asked.incrementAndGet() < 3) {
            throw new StoreUnavailableException("away", new IllegalStateException());
          }
          return new Chain(List.of(), new Chain.End.Complete());
        };
    upstreams.planStream(delta("Hi", 1), FINISH);
    Work work = CallBench.work(Endpoint.RESPONSES, CallBench.stored(RESPONSES), CallBench.PARENT);

    assertThat(bench.call(work, CallBench.chat()).run().ending().outcome())
        .isEqualTo(Outcome.COMPLETED);
    assertThat(asked).hasValue(3);
  }

  @Test
  void aCallThatIsAbortedWhileItBeginsIsClosed() {
    QueuedCall call = bench.call(CallBench.work(Endpoint.CHAT_COMPLETIONS, CHAT), CallBench.chat());
    upstreams.onBegin(call::abort);
    upstreams.planUnendingStream(() -> {}, delta("Hel", 1));

    assertThat(call.run().ending().failure()).isInstanceOf(CallLost.class);
  }

  @Test
  void anAnswerThatWasWholeBeforeTheAbortIsKept() {
    QueuedCall[] call = new QueuedCall[1];
    upstreams.planUnendingStream(() -> call[0].abort(), delta("Hi", 1), FINISH, "[DONE]");
    call[0] = bench.call(CallBench.work(Endpoint.CHAT_COMPLETIONS, CHAT), CallBench.chat());

    assertThat(call[0].run().ending().outcome()).isEqualTo(Outcome.COMPLETED);
    call[0].abort();
  }

  @Test
  void callsAreMeasuredLikeThoseOfTheRealtimePath() {
    upstreams.planStream(delta("a", 1), FINISH);
    upstreams.planFailure(new TimedOut("connect"));

    var _ = run(Endpoint.CHAT_COMPLETIONS, CHAT);
    var _ = run(Endpoint.CHAT_COMPLETIONS, CHAT);

    assertThat(bench.metrics.snapshot().keySet())
        .contains(
            new MetricSeries.Key(Metric.UPSTREAM_LATENCY, List.of("alias", "200")),
            new MetricSeries.Key(Metric.UPSTREAM_LATENCY, List.of("alias", "none")));
  }

  @Test
  void anAbortClosesTheSocketOfARunningCall() throws Exception {
    Signal answered = new Signal();
    try (ScriptedUpstream server =
            ScriptedUpstream.answering(
                UpstreamAnswer.eventStream()
                    .event(delta("Hi", 1).replace('\'', '"'))
                    .fire(answered)
                    .hang());
        SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), 1 << 20)) {
      QueuedCall call =
          new CallBench(client)
              .call(
                  CallBench.work(Endpoint.CHAT_COMPLETIONS, CHAT),
                  CallBench.target("real", Upstream.Protocol.CHAT, server.uri().resolve("/v1")));
      FutureTask<Result> run = new FutureTask<>(call::run);
      var _ = Thread.ofVirtual().start(run);
      answered.await(Duration.ofSeconds(5));

      call.abort();

      assertThat(run.get(5, TimeUnit.SECONDS).ending().failure()).isInstanceOf(CallLost.class);
      server.awaitDepartures(1, Duration.ofSeconds(5));
    }
  }
}
