package dev.sluice.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.Signal;
import dev.sluice.emulators.TcpProxy;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.upstream.Upstream.Credential;
import dev.sluice.upstream.Upstream.Protocol;
import dev.sluice.upstream.UpstreamBody.Whole;
import dev.sluice.upstream.UpstreamResult.Answered;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// Connections to upstreams over a pause in which nothing of this process runs.
@Isolated("It looks at the connections of the whole process")
final class UpstreamReleaseTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private final SocketUpstreamClient client =
      new SocketUpstreamClient(_ -> Optional.empty(), 1_000);

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void noConnectionOfBeforeIsOpenAfterwards() {
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.json(200, "{}"));
        TcpProxy proxy = TcpProxy.start(server.port())) {
      for (int i = 1; i <= 5; i++) {
        assertThat(whole(proxy)).isInstanceOf(Whole.Complete.class);

        client.release();
        proxy.cut();

        assertThat(server.requests()).as("one attempt for each call").hasSize(i);
        assertThat(server.acceptedConnections()).isEqualTo(i);
      }
    }
  }

  @Test
  void aCallThatRunsIsNotTouched() {
    Signal goOn = new Signal();
    UpstreamAnswer slow =
        UpstreamAnswer.chunked(200, Map.of("content-type", "text/event-stream"))
            .chunk("first ".getBytes(UTF_8))
            .await(goOn)
            .chunk("last".getBytes(UTF_8))
            .end();
    try (ScriptedUpstream server = ScriptedUpstream.answering(slow);
        TcpProxy proxy = TcpProxy.start(server.port());
        UpstreamCall call = client.begin(request(proxy))) {
      Answered answered = (Answered) call.result();

      client.release();
      goOn.fire();

      assertThat(answered.body().readAll())
          .isInstanceOfSatisfying(
              Whole.Complete.class,
              whole -> assertThat(new String(whole.bytes(), UTF_8)).isEqualTo("first last"));
    }
  }

  @Test
  void callsThatBeginDuringAReleaseAreNotTouched() throws InterruptedException {
    AtomicBoolean enough = new AtomicBoolean();
    Thread releasing =
        Thread.startVirtualThread(() -> {
          while (!enough.get()) {
            client.release();
            Thread.onSpinWait();
          }
        });
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.json(200, "{}"));
        TcpProxy proxy = TcpProxy.start(server.port())) {
      for (int i = 0; i < 200; i++) {
        assertThat(whole(proxy)).isInstanceOf(Whole.Complete.class);
      }
    } finally {
      enough.set(true);
      releasing.join();
    }
  }

  private Whole whole(TcpProxy server) {
    try (UpstreamCall call = client.begin(request(server))) {
      return ((Answered) call.result()).body().readAll();
    }
  }

  private static UpstreamRequest request(TcpProxy server) {
    return new UpstreamRequest(
        new Upstream(
            "up",
            URI.create("http://127.0.0.1:" + server.port() + "/v1"),
            Protocol.CHAT,
            new Credential.None(),
            new Upstream.Timeouts(LONG, LONG, LONG, LONG, LONG),
            false),
        "/chat/completions",
        "{}".getBytes(UTF_8),
        true,
        "resp_1",
        null,
        LONG);
  }
}
