package dev.sluice.emulators;

import static dev.sluice.emulators.TestingGateways.DELIMITER;
import static dev.sluice.emulators.TestingGateways.LIMIT;
import static dev.sluice.emulators.TestingGateways.assertEnvelope;
import static dev.sluice.emulators.TestingGateways.begin;
import static dev.sluice.emulators.TestingGateways.readUntil;
import static dev.sluice.emulators.TestingGateways.streamed;
import static dev.sluice.emulators.TestingGateways.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.RouteTable.Entry;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ApiGatewayStreamTest {

  private final TestingGateways gateways = new TestingGateways();

  @AfterEach
  void stop() {
    gateways.close();
  }

  @Test
  void eachWriteOfAStreamReachesTheClientAtOnce() throws Exception {
    Signal second = new Signal();
    ApiGateway gateway =
        gateways.start(
            streamed((_, out, _) -> {
              write(
                  out, "{\"statusCode\":200,\"headers\":{\"content-type\":\"text/event-stream\"}}");
              out.write(DELIMITER);
              write(out, "one");
              second.await(LIMIT);
              write(out, "two");
            }));

    try (Socket client = TestClient.open(gateway.port())) {
      TestClient.write(client, "GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n");
      String head = readUntil(client, "3\r\none");
      assertThat(head)
          .startsWith("HTTP/1.1 200 OK\r\n")
          .containsIgnoringCase("transfer-encoding: chunked\r\n")
          .containsIgnoringCase("content-type: text/event-stream\r\n");

      second.fire();

      assertThat(readUntil(client, "0\r\n\r\n")).isEqualTo("\r\n3\r\ntwo\r\n0\r\n\r\n");
    }
  }

  @Test
  void theDelimiterMayComeInPiecesAndTheHeadGoesBeforeTheBody() throws Exception {
    Signal goOn = new Signal();
    ApiGateway gateway =
        gateways.start(
            streamed((_, out, _) -> {
              for (byte single : "{\"statusCode\":201}".getBytes(UTF_8)) {
                out.write(single);
              }
              out.write(new byte[5]);
              out.write(new byte[3]);
              goOn.await(LIMIT);
              out.write(new byte[] {0, 'x', 0});
            }));

    try (Socket client = TestClient.open(gateway.port())) {
      TestClient.write(client, "GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(readUntil(client, "\r\n\r\n")).startsWith("HTTP/1.1 201 Created\r\n");

      goOn.fire();

      assertThat(readUntil(client, "0\r\n\r\n")).isEqualTo("3\r\n\0x\0\r\n0\r\n\r\n");
    }
  }

  @Test
  void aStreamThatFailsBeforeItsPreludeIsAnEnvelope() throws Exception {
    ApiGateway gateway =
        gateways.start(
            streamed((_, out, _) -> {
              write(out, "{\"statusCode\":200}");
              throw new IOException("too early");
            }),
            new Entry("GET", "/silent", new Integration.Streamed("function", (_, _, _) -> {})),
            new Entry(
                "GET",
                "/broken",
                new Integration.Streamed(
                    "function",
                    (_, out, _) -> {
                      write(out, "nonsense");
                      out.write(DELIMITER);
                    })));

    assertEnvelope(TestClient.get(gateway.uri().resolve("/v1/x")), 502, "internal_error");
    assertEnvelope(TestClient.get(gateway.uri().resolve("/silent")), 502, "internal_error");
    assertEnvelope(TestClient.get(gateway.uri().resolve("/broken")), 502, "internal_error");
  }

  @Test
  void aStreamThatFailsInItsBodyIsCut() throws Exception {
    ApiGateway gateway =
        gateways.start(
            streamed((_, out, _) -> {
              begin(out);
              write(out, "one");
              throw new IOException("in the middle");
            }));

    assertThatThrownBy(() -> TestClient.get(gateway.uri().resolve("/v1/x")))
        .isInstanceOf(IOException.class);
  }

  /// What comes until the connection ends, with a reset or without.
  private static String rest(Socket client) throws IOException {
    StringBuilder text = new StringBuilder();
    try {
      for (String next = TestClient.read(client, 1);
          !next.isEmpty();
          next = TestClient.read(client, 1)) {
        text.append(next);
      }
    } catch (SocketException _) {
      return text.toString(); // A reset is an end, too.
    }
    return text.toString();
  }

  /// Without chunks the end of the connection would be the end of the answer, cut or not.
  @Test
  void aCutIsNoEndForClientsThatAskedToCloseEither() throws Exception {
    Signal read = new Signal();
    ApiGateway gateway =
        gateways.start(
            streamed((_, out, _) -> {
              begin(out);
              write(out, "one");
              read.await(LIMIT);
              throw new IOException("in the middle");
            }));

    try (Socket client = TestClient.open(gateway.port())) {
      TestClient.write(client, "GET /v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      assertThat(readUntil(client, "one"))
          .containsIgnoringCase("transfer-encoding: chunked\r\n")
          .endsWith("3\r\none");
      read.fire();

      assertThat(rest(client)).doesNotContain("0\r\n\r\n");
    }
  }

  @Test
  void aSilentStreamIsEndedBeforeOrWithinItsBody() throws Exception {
    Signal never = new Signal();
    Duration brief = Duration.ofMillis(100);
    ApiGateway gateway =
        gateways.start(
            streamed((_, _, _) -> {}),
            new Entry(
                "GET",
                "/idle",
                new Integration.Streamed(
                    "function", (_, _, _) -> never.await(LIMIT), LIMIT, brief)),
            new Entry(
                "GET",
                "/long",
                new Integration.Streamed(
                    "function",
                    (_, out, _) -> {
                      begin(out);
                      while (!never.firedWithin(Duration.ofMillis(10))) {
                        write(out, ".");
                      }
                    },
                    brief,
                    LIMIT)));

    assertEnvelope(TestClient.get(gateway.uri().resolve("/idle")), 504, "upstream_timeout");
    assertThatThrownBy(() -> TestClient.get(gateway.uri().resolve("/long")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void writingToAClientThatLeftThrows() throws Exception {
    Signal gone = new Signal();
    AtomicReference<IOException> thrown = new AtomicReference<>();
    Signal ended = new Signal();
    ApiGateway gateway =
        gateways.start(
            streamed((_, out, _) -> {
              begin(out);
              write(out, "one");
              gone.await(LIMIT);
              try {
                write(out, "two");
                write(out, "three");
              } catch (IOException e) {
                thrown.set(e);
              }
              ended.fire();
            }));

    try (Socket client = TestClient.open(gateway.port())) {
      TestClient.write(client, "GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n");
      String _ = readUntil(client, "one");
    }
    gone.fire();

    ended.await(LIMIT);
    assertThat(thrown.get()).isNotNull();
    assertThat(TestClient.get(gateway.uri().resolve("/unknown")).statusCode()).isEqualTo(404);
  }

  @Test
  void aSilentFunctionOutlivesTheIdleTimeOfTheConnection() throws Exception {
    ApiGateway gateway =
        gateways.start(
            Duration.ofMillis(200),
            streamed((_, out, _) -> {
              begin(out);
              var _ = new Signal().firedWithin(Duration.ofMillis(600));
              write(out, "late");
            }));

    assertThat(TestClient.get(gateway.uri().resolve("/v1/x")).body()).isEqualTo("late");
  }

  @Test
  void theDoorClosesWhileRunningCallsGoOn() throws Exception {
    Signal begun = new Signal();
    Signal goOn = new Signal();
    ApiGateway gateway =
        gateways.start(
            streamed((_, out, _) -> {
              begin(out);
              begun.fire();
              goOn.await(LIMIT);
              write(out, "done");
            }));

    try (Socket client = TestClient.open(gateway.port());
        Socket late = TestClient.open(gateway.port())) {
      TestClient.write(late, "GET /unknown HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(readUntil(late, "}}")).startsWith("HTTP/1.1 404 ");
      TestClient.write(client, "GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n");
      begun.await(LIMIT);

      gateway.closeDoor();

      assertThat(gateway.awaitQuiet(Duration.ofMillis(50))).isFalse();
      TestClient.write(late, "GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(readUntil(late, "}}")).startsWith("HTTP/1.1 503 ").contains("overloaded");
      assertThatThrownBy(() -> TestClient.open(gateway.port())).isInstanceOf(IOException.class);
      goOn.fire();
      assertThat(readUntil(client, "0\r\n\r\n")).endsWith("4\r\ndone\r\n0\r\n\r\n");
      assertThat(gateway.awaitQuiet(LIMIT)).isTrue();
    }
  }
}
