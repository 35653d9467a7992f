package dev.sluice.upstream;

import static dev.sluice.upstream.TestingCalls.LONG;
import static dev.sluice.upstream.TestingCalls.outcome;
import static dev.sluice.upstream.TestingCalls.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which connections are used again, and how they are used.
final class SocketReuseTest {

  private final SocketUpstreamClient client =
      new SocketUpstreamClient(_ -> Optional.empty(), 1_000_000);

  @AfterEach
  void close() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK"
      })
  void aConnectionThatMayNotBeUsedAgainIsNot(String answer) {
    try (ScriptedUpstream server =
        ScriptedUpstream.answering(UpstreamAnswer.empty().send(answer.getBytes(UTF_8)))) {
      for (int i = 1; i <= 3; i++) {
        assertThat(outcome(client, request(server.uri()))).isEqualTo("ok");
        assertThat(server.acceptedConnections()).isEqualTo(i);
      }
    }
  }

  /// The body that is told may come or not: until then the connection is silent.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 304 Same\r\nContent-Length: 2\r\n\r\n"
      })
  void anAnswerThatTellsABodyWhereNoneMayBeEndsItsConnection(String answer) {
    try (ScriptedUpstream server =
        ScriptedUpstream.answering(UpstreamAnswer.empty().send(answer.getBytes(UTF_8)))) {
      for (int i = 1; i <= 2; i++) {
        assertThat(outcome(client, request(server.uri()))).isEmpty();
        assertThat(server.acceptedConnections()).isEqualTo(i);
      }
    }
  }

  @Test
  void aConnectionThatItsServerClosedMeanwhileIsReplacedWithoutAnError() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      URI base = URI.create("http://127.0.0.1:" + server.getLocalPort());
      for (int i = 0; i < 5; i++) {
        try (UpstreamCall call = client.begin(request(base));
            Socket accepted = server.accept()) {
          var _ = accepted.getInputStream().read(new byte[8_192]);
          accepted.getOutputStream().write(answer());
          assertThat(((UpstreamResult.Answered) call.result()).body().readAll())
              .isInstanceOf(UpstreamBody.Whole.Complete.class);
        }
      }
    }
  }

  @Test
  void callsToOneServerEachHaveTheirConnectionAndShareNone() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      URI base = URI.create("http://127.0.0.1:" + server.getLocalPort());
      try (UpstreamCall first = client.begin(request(base));
          Socket one = server.accept();
          UpstreamCall second = client.begin(request(base));
          Socket other = server.accept()) {
        one.getOutputStream().write(answer());
        other.getOutputStream().write(answer());

        assertThat(first.result()).isInstanceOf(UpstreamResult.Answered.class);
        assertThat(second.result()).isInstanceOf(UpstreamResult.Answered.class);
      }
    }
  }

  @Test
  void aReleaseClosesWhatIsIdle() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        UpstreamCall call =
            client.begin(request(URI.create("http://127.0.0.1:" + server.getLocalPort())));
        Socket accepted = server.accept()) {
      var _ = accepted.getInputStream().read(new byte[8_192]);
      accepted.getOutputStream().write(answer());
      var _ = ((UpstreamResult.Answered) call.result()).body().readAll();

      client.release();

      accepted.setSoTimeout((int) LONG.toMillis());
      assertThat(accepted.getInputStream().read()).as("the end of the connection").isEqualTo(-1);
    }
  }

  @Test
  void aConnectionIsNotUsedAfterALongSilence() throws Exception {
    AtomicLong nanos = new AtomicLong();
    IdleConnections idle = new IdleConnections(nanos::get);
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Origin origin = new Origin(false, "127.0.0.1", server.getLocalPort());
      Origin elsewhere = new Origin(false, "127.0.0.1", 1);
      UpstreamConnection old = open(origin);
      UpstreamConnection young = open(origin);

      idle.put(origin, old);
      nanos.addAndGet(IdleConnections.LONGEST_IDLE.toNanos());
      idle.put(origin, young);
      nanos.addAndGet(1);

      assertThat(idle.take(elsewhere)).isNull();
      assertThat(old.channel().isOpen()).as("closed whoever asks").isFalse();
      assertThat(idle.take(origin)).isSameAs(young);
      assertThat(idle.take(origin)).isNull();
      young.close();
    }
  }

  @Test
  void whatComesBackAfterTheCloseIsClosed() throws Exception {
    IdleConnections idle = new IdleConnections(System::nanoTime);
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Origin origin = new Origin(false, "127.0.0.1", server.getLocalPort());
      UpstreamConnection connection = open(origin);

      idle.close();
      idle.put(origin, connection);

      assertThat(connection.channel().isOpen()).isFalse();
      assertThat(idle.take(origin)).isNull();
    }
  }

  /// Else a server's delayed acknowledgement costs 40 ms.
  @Test
  void headAndBodyLeaveInOneWriteAndNothingWaitsForAnAcknowledgement() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      UpstreamConnection connection = open(new Origin(false, "127.0.0.1", server.getLocalPort()));
      try (Socket accepted = server.accept()) {
        connection.send(new byte[300], new byte[10_000]);

        assertThat(connection.channel().getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        assertThat(accepted.getInputStream().read(new byte[20_000])).isEqualTo(10_300);

        connection.send(new byte[300], new byte[100_000]);

        assertThat(accepted.getInputStream().readNBytes(100_300)).hasSize(100_300);
      }
      connection.close();
    }
  }

  private static UpstreamConnection open(Origin origin) throws IOException {
    return UpstreamConnection.open(SocketChannel.open(), origin, LONG, SocketReuseTest::noTls);
  }

  private static SSLSocketFactory noTls() {
    throw new IllegalStateException("Nothing is encrypted here");
  }

  private static byte[] answer() {
    return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(UTF_8);
  }
}
