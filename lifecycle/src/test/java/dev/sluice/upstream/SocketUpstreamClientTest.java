package dev.sluice.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.upstream.CredentialSource.CredentialUnavailableException;
import dev.sluice.upstream.Upstream.Credential;
import dev.sluice.upstream.Upstream.Protocol;
import dev.sluice.upstream.Upstream.Timeouts;
import dev.sluice.upstream.UpstreamBody.Whole;
import dev.sluice.upstream.UpstreamResult.Answered;
import dev.sluice.upstream.UpstreamResult.Unanswered;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SocketUpstreamClientTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Timeouts PATIENT = new Timeouts(LONG, LONG, LONG, LONG, LONG);

  private final SocketUpstreamClient client =
      new SocketUpstreamClient(upstream -> Optional.of("key-of-" + upstream.name()), 1_000);

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void theUpstreamIsToldWhatItMustKnowAndNothingElse() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.json(200, "{}"))) {
      byte[] body = "{\"a\":\"é\"}".getBytes(UTF_8);
      UpstreamRequest request =
          new UpstreamRequest(
              new Upstream(
                  "up", base(server), Protocol.CHAT, new Credential.Secret("s"), PATIENT, true),
              "/chat/completions",
              body,
              true,
              "resp_1",
              "00-trace",
              LONG);

      assertThat(whole(request)).isInstanceOf(Whole.Complete.class);

      var sent = server.requests().getFirst();
      assertThat(sent.method() + " " + sent.path()).isEqualTo("POST /v1/chat/completions");
      assertThat(sent.headers())
          .isEqualTo(
              Map.of(
                  "content-length", List.of(String.valueOf(body.length)),
                  "host", List.of(server.uri().getAuthority()),
                  "accept", List.of("text/event-stream"),
                  "accept-encoding", List.of("identity"),
                  "authorization", List.of("Bearer key-of-up"),
                  "content-type", List.of("application/json"),
                  "traceparent", List.of("00-trace"),
                  "user-agent", List.of("sluice"),
                  "x-request-id", List.of("resp_1")));
      assertThat(sent.text()).isEqualTo("{\"a\":\"é\"}");
    }
  }

  @Test
  void theTraceStaysHereUnlessTheUpstreamIsMarked() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.json(200, "{}"))) {
      assertThat(whole(request(server, PATIENT, LONG))).isInstanceOf(Whole.Complete.class);

      assertThat(server.requests().getFirst().headers()).doesNotContainKey("traceparent");
    }
  }

  @Test
  void aConnectionIsUsedAgainWhenItsAnswerWasRead() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.json(200, "{}"))) {
      for (int i = 0; i < 5; i++) {
        assertThat(whole(request(server, PATIENT, LONG))).isInstanceOf(Whole.Complete.class);
      }

      assertThat(server.acceptedConnections()).isEqualTo(1);
    }
  }

  @Test
  void onlyHeadersThatMeanSomethingComeBack() {
    String answer =
        "HTTP/1.1 429 Slow\r\nContent-Type: text/plain\r\nRetry-After: 7\r\nSet-Cookie: a=b\r\n"
            + "X-RateLimit-Remaining-Tokens: 9\r\nServer: x\r\nContent-Length: 4\r\n\r\nslow";
    try (ScriptedUpstream server = answering(raw(answer));
        UpstreamCall call = client.begin(request(server, PATIENT, LONG))) {
      Answered answered = (Answered) call.result();

      assertThat(answered.status()).isEqualTo(429);
      assertThat(answered.isSuccess()).isFalse();
      assertThat(answered.headers())
          .containsOnlyKeys("content-type", "retry-after", "x-ratelimit-remaining-tokens")
          .containsEntry("retry-after", "7");
      assertThat(text(answered.body().readAll())).isEqualTo("slow");
    }
  }

  @Test
  void aRedirectIsAnAnswerAndNotFollowed() {
    String answer = "HTTP/1.1 307 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
    try (ScriptedUpstream server = answering(raw(answer));
        UpstreamCall call = client.begin(request(server, PATIENT, LONG))) {
      assertThat(((Answered) call.result()).status()).isEqualTo(307);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void onlyAStreamMustBeginByTheFirstByteLimit() {
    Timeouts timeouts = new Timeouts(LONG, SHORT, LONG, LONG, LONG);
    try (ScriptedUpstream server = answering(UpstreamAnswer.never())) {
      assertThat(unanswered(request(base(server), timeouts, LONG, true)))
          .isEqualTo(new TimedOut("first_byte"));
      server.awaitDepartures(1, LONG);
      assertThat(unanswered(request(server, timeouts, SHORT.plusMillis(1))))
          .isEqualTo(new TimedOut("total"));
    }
  }

  @Test
  void theWholeCallTimesOutBeforeTheFirstByteWhenItsTotalIsSmaller() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.never())) {
      assertThat(unanswered(request(server, PATIENT, SHORT))).isEqualTo(new TimedOut("total"));
    }
  }

  @Test
  void aBodyThatFallsSilentTimesOutAsIdleAndItsConnectionIsClosed() {
    Timeouts timeouts = new Timeouts(LONG, LONG, SHORT, LONG, LONG);
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin";
    try (ScriptedUpstream server = answering(raw(answer).hang())) {
      assertThat(whole(request(server, timeouts, LONG)))
          .satisfies(whole -> assertThat(text(whole)).isEqualTo("begin:timed_out"));
      server.awaitDepartures(1, LONG);
    }
  }

  @Test
  void aCallThatNobodyListensOnTimesOutWhileConnecting() throws IOException {
    // A full backlog: the kernel answers no further SYN.
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ArrayList<SocketChannel> fillers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        var filler = SocketChannel.open();
        filler.configureBlocking(false);
        filler.connect(deaf.getLocalSocketAddress());
        fillers.add(filler);
      }
      URI base = URI.create("http://127.0.0.1:" + deaf.getLocalPort());
      Timeouts timeouts = new Timeouts(SHORT, LONG, LONG, LONG, LONG);

      assertThat(unanswered(request(base, timeouts, LONG, false)))
          .isEqualTo(new TimedOut("connect"));
      for (var filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void aRefusedConnectionIsANetworkError() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }

    assertThat(unanswered(request(URI.create("http://127.0.0.1:" + port), PATIENT, LONG, false)))
        .isEqualTo(new NetworkError("connect", "No connection to the upstream."));
  }

  @Test
  void aServerWithoutTlsIsANetworkErrorOfThatKind() throws IOException {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var _ = Thread.ofVirtual().start(() -> answerInPlainText(plain));
      URI base = URI.create("https://127.0.0.1:" + plain.getLocalPort());

      assertThat(unanswered(request(base, PATIENT, LONG, false)))
          .isInstanceOfSatisfying(
              NetworkError.class, error -> assertThat(error.kind()).isEqualTo("tls"));
    }
  }

  private static void answerInPlainText(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write("HTTP/1.1 400 No\r\n\r\n".getBytes(UTF_8));
      var _ = socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aResetBeforeTheHeadIsANetworkErrorAndNotRepeated() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.empty().reset())) {
      assertThat(unanswered(request(server, PATIENT, LONG)))
          .isInstanceOfSatisfying(
              NetworkError.class, error -> assertThat(error.kind()).isEqualTo("reset"));
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void anAnswerCutShortIsIncomplete() {
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin";
    try (ScriptedUpstream server = answering(raw(answer).eof())) {
      assertThat(text(whole(request(server, PATIENT, LONG)))).isEqualTo("begin:network_error");
    }
  }

  @Test
  void aBodyThatEndsWithItsConnectionIsComplete() {
    try (ScriptedUpstream server = answering(raw("HTTP/1.1 200 OK\r\n\r\nall").eof())) {
      assertThat(text(whole(request(server, PATIENT, LONG)))).isEqualTo("all");
    }
  }

  @Test
  void anAnswerBeyondTheCapIsBrokenOff() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.json(200, "x".repeat(5_000)));
        UpstreamCall call = client.begin(request(server, PATIENT, LONG))) {
      Whole whole = ((Answered) call.result()).body().readAll();

      assertThat(whole)
          .isInstanceOfSatisfying(
              Whole.Incomplete.class,
              incomplete -> {
                assertThat(((NetworkError) incomplete.reason()).kind()).isEqualTo("too_large");
                assertThat(incomplete.received().length).isLessThanOrEqualTo(1_000);
              });
    }
  }

  @Test
  void aClosedCallLetsItsConnectionGo() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.never())) {
      UpstreamCall call = client.begin(request(server, PATIENT, LONG));
      server.awaitRequests(1, LONG);

      call.close();

      server.awaitDepartures(1, LONG);
      assertThat(((Unanswered) call.result()).reason()).isInstanceOf(CallLost.class);
    }
  }

  @Test
  void anInterruptedThreadKeepsItsFlag() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.never())) {
      Thread.currentThread().interrupt();

      FailureReason reason = unanswered(request(server, PATIENT, LONG));

      assertThat(Thread.interrupted()).isTrue();
      assertThat(reason).isInstanceOf(CallLost.class);
    }
  }

  @Test
  void aKeyThatCannotBeReadIsANetworkErrorAndCallsNobody() {
    try (ScriptedUpstream server = answering(UpstreamAnswer.json(200, "{}"));
        SocketUpstreamClient keyless =
            new SocketUpstreamClient(
                upstream -> {
                  throw new CredentialUnavailableException(
                      upstream.name(), new IllegalStateException("no"));
                },
                1_000);
        UpstreamCall call = keyless.begin(request(server, PATIENT, LONG))) {
      assertThat(((Unanswered) call.result()).reason())
          .isInstanceOfSatisfying(
              NetworkError.class, error -> assertThat(error.kind()).isEqualTo("credential"));
      assertThat(server.acceptedConnections()).isZero();
    }
  }

  private static ScriptedUpstream answering(UpstreamAnswer answer) {
    return ScriptedUpstream.answering(answer);
  }

  private static UpstreamAnswer raw(String text) {
    return UpstreamAnswer.empty().send(text.getBytes(UTF_8));
  }

  private static URI base(ScriptedUpstream server) {
    return URI.create(server.uri() + "/v1");
  }

  private static UpstreamRequest request(ScriptedUpstream server, Timeouts times, Duration total) {
    return request(base(server), times, total, false);
  }

  private static UpstreamRequest request(
      URI base, Timeouts timeouts, Duration total, boolean stream) {
    return new UpstreamRequest(
        new Upstream("up", base, Protocol.CHAT, new Credential.None(), timeouts, false),
        "/chat/completions",
        "{}".getBytes(UTF_8),
        stream,
        "resp_1",
        "00-trace",
        total);
  }

  private FailureReason unanswered(UpstreamRequest request) {
    try (UpstreamCall call = client.begin(request)) {
      return ((Unanswered) call.result()).reason();
    }
  }

  private Whole whole(UpstreamRequest request) {
    try (UpstreamCall call = client.begin(request)) {
      return ((Answered) call.result()).body().readAll();
    }
  }

  private static String text(Whole whole) {
    return switch (whole) {
      case Whole.Complete(byte[] bytes) -> new String(bytes, UTF_8);
      case Whole.Incomplete(byte[] received, FailureReason reason) ->
          new String(received, UTF_8) + ":" + reason.label();
    };
  }
}
