package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.TcpProxy.Cut;
import dev.sluice.emulators.TcpProxy.Direction;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TcpProxyTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String ANSWER = "HTTP/1.1 200 Scripted\r\ncontent-length: 2\r\n\r\nok";

  private ScriptedUpstream target;
  private TcpProxy proxy;

  @BeforeEach
  void start() {
    target = ScriptedUpstream.answering(UpstreamAnswer.empty().send(ANSWER.getBytes(UTF_8)));
    proxy = TcpProxy.start(target.port());
  }

  @AfterEach
  void stop() {
    proxy.close();
    target.close();
  }

  @Test
  void bytesPassBothWays() throws IOException {
    try (Socket client = TestClient.open(proxy.port())) {
      assertThat(ask(client, "one")).isEqualTo(ANSWER);
      assertThat(ask(client, "two")).isEqualTo(ANSWER);
    }

    assertThat(target.requests()).extracting(UpstreamRequest::text).containsExactly("one", "two");
  }

  @Test
  void aCutBeforeForwardingKeepsTheBytesFromTheServer() throws IOException {
    Signal cut = proxy.cutOnClientBytes("COMMIT".getBytes(UTF_8), Cut.BEFORE_FORWARDING);

    try (Socket client = TestClient.open(proxy.port())) {
      assertThat(ask(client, "one")).isEqualTo(ANSWER);
      assertThatThrownBy(() -> ask(client, "COMMIT")).isInstanceOf(IOException.class);
    }

    cut.await(LIMIT);
    assertThat(target.requests()).extracting(UpstreamRequest::text).containsExactly("one");
  }

  @Test
  void aCutAfterForwardingKeepsTheAnswerFromTheClient() throws IOException {
    Signal cut = proxy.cutOnClientBytes("COMMIT".getBytes(UTF_8), Cut.AFTER_FORWARDING);

    try (Socket client = TestClient.open(proxy.port())) {
      assertThatThrownBy(() -> ask(client, "COMMIT")).isInstanceOf(IOException.class);
    }
    cut.await(LIMIT);

    assertThat(target.requests()).extracting(UpstreamRequest::text).containsExactly("COMMIT");
    try (Socket client = TestClient.open(proxy.port())) {
      assertThat(ask(client, "COMMIT")).isEqualTo(ANSWER);
    }
  }

  @Test
  void bytesAreFoundAcrossPackets() throws IOException {
    Signal cut = proxy.cutOnClientBytes("COMMIT".getBytes(UTF_8), Cut.BEFORE_FORWARDING);

    try (Socket client = TestClient.open(proxy.port())) {
      client.setTcpNoDelay(true);
      assertThatThrownBy(
              () -> {
                TestClient.write(client, "POST / HTTP/1.1\r\ncontent-length: 6\r\n\r\n");
                for (char letter : "COMMIT".toCharArray()) {
                  TestClient.write(client, String.valueOf(letter));
                }
                var _ = TestClient.read(client, 1);
                throw new IOException("end of stream");
              })
          .isInstanceOf(IOException.class);
    }

    cut.await(LIMIT);
    assertThat(target.requests()).isEmpty();
  }

  @Test
  void aStallHoldsBytesUntilItIsResumed() throws IOException {
    try (Socket client = TestClient.open(proxy.port())) {
      proxy.stall(Direction.TO_CLIENT);
      TestClient.write(client, post("one"));
      target.awaitRequests(1, LIMIT);
      client.setSoTimeout(100);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      proxy.resume();

      client.setSoTimeout(20_000);
      assertThat(TestClient.read(client, ANSWER.length())).isEqualTo(ANSWER);
    }
  }

  @Test
  void aDelayHoldsEachPart() throws IOException {
    proxy.delay(Duration.ofMillis(150));
    try (Socket client = TestClient.open(proxy.port())) {
      long start = System.nanoTime();

      assertThat(ask(client, "one")).isEqualTo(ANSWER);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
    }
  }

  @Test
  void openConnectionsAreCutAndNewOnesRefused() throws IOException {
    try (Socket client = TestClient.open(proxy.port())) {
      assertThat(ask(client, "one")).isEqualTo(ANSWER);
      proxy.refuse(true);
      proxy.cut();

      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    assertThatThrownBy(
            () -> {
              try (Socket client = TestClient.open(proxy.port())) {
                var _ = ask(client, "two");
              }
            })
        .isInstanceOf(IOException.class);
    proxy.refuse(false);
    try (Socket client = TestClient.open(proxy.port())) {
      assertThat(ask(client, "three")).isEqualTo(ANSWER);
    }
  }

  private static String ask(Socket client, String body) throws IOException {
    TestClient.write(client, post(body));
    String answer = TestClient.read(client, ANSWER.length());
    if (answer.length() < ANSWER.length()) {
      throw new IOException("The answer ended early: " + answer);
    }
    return answer;
  }

  private static String post(String body) {
    return "POST / HTTP/1.1\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
  }
}
