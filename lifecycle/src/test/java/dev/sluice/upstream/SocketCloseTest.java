package dev.sluice.upstream;

import static dev.sluice.upstream.TestingCalls.LONG;
import static dev.sluice.upstream.TestingCalls.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.upstream.UpstreamBody.Read;
import dev.sluice.upstream.UpstreamResult.Answered;
import dev.sluice.upstream.UpstreamResult.Unanswered;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A call that another thread closes, in each of its waits, on both kinds of thread.
final class SocketCloseTest {

  private static final CallLost CLOSED = new CallLost("The call was closed.");

  private final SocketUpstreamClient client =
      new SocketUpstreamClient(_ -> Optional.empty(), 1_000_000);

  @AfterEach
  void close() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWaitsForTheHeadIsTold(boolean isVirtual) throws Exception {
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.never());
        UpstreamCall call = client.begin(request(server.uri()))) {
      server.awaitRequests(1, LONG);

      assertThat(whenClosed(call, isVirtual, call::result)).isEqualTo(new Unanswered(CLOSED));

      server.awaitDepartures(1, LONG);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWaitsForTheBodyIsTold(boolean isVirtual) throws Exception {
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.eventStream().hang());
        UpstreamCall call = client.begin(request(server.uri()))) {
      UpstreamBody body = ((Answered) call.result()).body();

      assertThat(whenClosed(call, isVirtual, () -> body.next(LONG)))
          .isEqualTo(new Read.Broken(CLOSED));

      server.awaitDepartures(1, LONG);
    }
  }

  @Test
  void whoStillSendsIsStopped() throws Exception {
    try (ScriptedUpstream deaf = ScriptedUpstream.startDeaf();
        UpstreamCall call = client.begin(request(deaf.uri(), new byte[16 * 1024 * 1024]))) {
      assertThat(whenClosed(call, true, call::result)).isEqualTo(new Unanswered(CLOSED));
    }
  }

  @Test
  void aClosedCallGivesNothingMore() {
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.json(200, "{}"));
        UpstreamCall call = client.begin(request(server.uri()))) {
      UpstreamBody body = ((Answered) call.result()).body();

      end(call);

      assertThat(body.next(LONG)).isEqualTo(new Read.Broken(CLOSED));
    }
  }

  @Test
  void aReaderThatIsInterruptedLetsTheConnectionGo() throws Exception {
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.eventStream().hang());
        UpstreamCall call = client.begin(request(server.uri()))) {
      UpstreamBody body = ((Answered) call.result()).body();
      FutureTask<Boolean> reading =
          new FutureTask<>(() ->
              body.next(LONG).equals(new Read.Broken(new CallLost("The call was interrupted.")))
                  && Thread.interrupted());
      Thread reader = Thread.ofPlatform().start(reading);

      reader.interrupt();

      assertThat(reading.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      server.awaitDepartures(1, LONG);
    }
  }

  /// A connection that was given back belongs to the next call: a late close must not touch it.
  @Test
  void aCloseAfterTheEndLeavesTheNextCallAlone() {
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.json(200, "{}"));
        UpstreamCall first = client.begin(request(server.uri()))) {
      var _ = ((Answered) first.result()).body().readAll();

      try (UpstreamCall second = client.begin(request(server.uri()))) {
        UpstreamBody body = ((Answered) second.result()).body();
        end(first);

        assertThat(body.readAll()).isInstanceOf(UpstreamBody.Whole.Complete.class);
      }
      assertThat(server.acceptedConnections()).isEqualTo(1);
    }
  }

  /// Now, and again at the end of its block.
  private static void end(UpstreamCall call) {
    call.close();
  }

  private static <T> T whenClosed(UpstreamCall call, boolean isVirtual, Callable<T> wait)
      throws InterruptedException, ExecutionException, TimeoutException {
    FutureTask<T> waiting = new FutureTask<>(wait);
    Thread thread =
        isVirtual ? Thread.ofVirtual().start(waiting) : Thread.ofPlatform().start(waiting);
    while (thread.getState() == Thread.State.NEW) {
      Thread.onSpinWait();
    }
    call.close();
    return waiting.get(10, TimeUnit.SECONDS);
  }
}
