package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.RouteTable.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ApiGatewayTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final byte[] DELIMITER = new byte[8];

  private final AtomicReference<ApiGateway> started = new AtomicReference<>();

  @AfterEach
  void stop() {
    ApiGateway gateway = started.get();
    if (gateway != null) {
      gateway.close();
    }
  }

  @Test
  void anEventLooksLikeOneOfARestApi() throws Exception {
    AtomicReference<String> event = new AtomicReference<>("");
    ApiGateway gateway =
        start(
            buffered((in, out, context) -> {
              event.set(text(in));
              assertThat(context.getFunctionName()).isEqualTo("function");
              assertThat(context.getRemainingTimeInMillis()).isBetween(1, 29_000);
              write(out, "{\"statusCode\":200,\"body\":\"" + context.getAwsRequestId() + "\"}");
            }));

    String answer =
        TestClient.exchange(
            gateway.port(),
            """
            POST /v1/models/a%2Fb?x=1&x=%C3%A9&y HTTP/1.1
            Host: me
            X-One: a
            X-One: b
            User-Agent: test
            X-Amzn-Trace-Id: Root=1-2-3
            Content-Length: 2
            Connection: close

            é\
            """
                .replace("é", "\u00c3\u00a9")
                .replace("\n", "\r\n"));

    String requestId = answer.substring(answer.lastIndexOf('\n') + 1);
    assertThat(answer).contains("x-request-id: " + requestId + "\r\n");
    assertThat(event.get())
        .isEqualTo(
            """
            {"resource":"/v1/{proxy+}","path":"/v1/models/a%2Fb","httpMethod":"POST",\
            "headers":{"Connection":"close","Content-Length":"2","Host":"me","User-Agent":"test",\
            "X-Amzn-Trace-Id":"Root=1-2-3","X-One":"b"},\
            "multiValueHeaders":{"Connection":["close"],"Content-Length":["2"],"Host":["me"],\
            "User-Agent":["test"],"X-Amzn-Trace-Id":["Root=1-2-3"],"X-One":["a","b"]},\
            "queryStringParameters":{"x":"é","y":""},\
            "multiValueQueryStringParameters":{"x":["1","é"],"y":[""]},\
            "pathParameters":{"proxy":"models/a/b"},"stageVariables":null,\
            "requestContext":{"accountId":"000000000000","apiId":"local","resourceId":"local",\
            "resourcePath":"/v1/{proxy+}","httpMethod":"POST","path":"/local/v1/models/a%2Fb",\
            "protocol":"HTTP/1.1","stage":"local","requestId":"ID","extendedRequestId":"ID",\
            "requestTimeEpoch":1795262400000,\
            "identity":{"sourceIp":"127.0.0.1","userAgent":"test"}},\
            "body":"é","isBase64Encoded":false}\
            """
                .replace("ID\"", requestId + "\""));
  }

  @Test
  void aBodyThatIsNotTextTravelsAsBase64() throws Exception {
    ApiGateway gateway =
        start(buffered((in, out, _) -> write(out, "{\"body\":" + quoted(text(in)) + "}")));

    HttpResponse<byte[]> answer =
        TestClient.send(
            TestClient.request(gateway.uri().resolve("/v1/x"))
                .POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xff, 0}))
                .build());

    assertThat(new String(answer.body(), UTF_8))
        .contains("\"body\":\"/wA=\",\"isBase64Encoded\":true")
        .containsPattern("\"X-Amzn-Trace-Id\":\"Root=1-6b0187c0-[0-9a-f]{24}\"");
  }

  @Test
  void aBufferedAnswerIsGivenAsTheFunctionSays() throws Exception {
    ApiGateway gateway =
        start(
            buffered((_, out, _) ->
                write(
                    out,
                    """
                    {"statusCode":404,"headers":{"content-type":"text/x","x-request-id":"mine",
                    "content-length":"99"},"multiValueHeaders":{"set-cookie":["a=1","b=2"]},
                    "body":"w6k=","isBase64Encoded":true}\
                    """)));

    HttpResponse<String> answer = TestClient.get(gateway.uri().resolve("/v1/x"));

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("é");
    assertThat(answer.headers().allValues("set-cookie")).containsExactly("a=1", "b=2");
    assertThat(answer.headers().allValues("x-request-id")).containsExactly("mine");
    assertThat(answer.headers().firstValue("content-type")).contains("text/x");
  }

  @Test
  void aBufferedFunctionThatFailsIsA502AndASlowOneA504() throws Exception {
    Signal never = new Signal();
    ApiGateway gateway =
        start(
            buffered((_, _, _) -> {
              throw new IllegalStateException("secret");
            }),
            new Entry("GET", "/garbage", integration((_, out, _) -> write(out, "garbage"))),
            new Entry(
                "GET",
                "/slow",
                new Integration.Buffered(
                    "function", (_, _, _) -> never.await(LIMIT), Duration.ofMillis(100))));

    assertEnvelope(TestClient.get(gateway.uri().resolve("/v1/x")), 502, "internal_error");
    assertEnvelope(TestClient.get(gateway.uri().resolve("/garbage")), 502, "internal_error");
    assertEnvelope(TestClient.get(gateway.uri().resolve("/slow")), 504, "upstream_timeout");
  }

  @Test
  void eachWriteOfAStreamReachesTheClientAtOnce() throws Exception {
    Signal second = new Signal();
    ApiGateway gateway =
        start(
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
        start(
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
        start(
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
        start(
            streamed((_, out, _) -> {
              begin(out);
              write(out, "one");
              throw new IOException("in the middle");
            }));

    assertThatThrownBy(() -> TestClient.get(gateway.uri().resolve("/v1/x")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aSilentStreamIsEndedBeforeOrWithinItsBody() throws Exception {
    Signal never = new Signal();
    Duration brief = Duration.ofMillis(100);
    ApiGateway gateway =
        start(
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
        start(
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
        ApiGateway.start(
            new ApiGateway.Settings(0, Duration.ofMillis(200), () -> NOW),
            new RouteTable(
                List.of(
                    streamed((_, out, _) -> {
                      begin(out);
                      var _ = new Signal().firedWithin(Duration.ofMillis(600));
                      write(out, "late");
                    }))));
    started.set(gateway);

    assertThat(TestClient.get(gateway.uri().resolve("/v1/x")).body()).isEqualTo("late");
  }

  @Test
  void theDoorClosesWhileRunningCallsGoOn() throws Exception {
    Signal begun = new Signal();
    Signal goOn = new Signal();
    ApiGateway gateway =
        start(
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

  private ApiGateway start(Entry... entries) {
    ApiGateway gateway =
        ApiGateway.start(
            new ApiGateway.Settings(0, LIMIT, () -> NOW), new RouteTable(List.of(entries)));
    started.set(gateway);
    return gateway;
  }

  private static Entry buffered(RequestStreamHandler handler) {
    return new Entry(RouteTable.ANY, "/v1/{proxy+}", integration(handler));
  }

  private static Integration integration(RequestStreamHandler handler) {
    return new Integration.Buffered("function", handler);
  }

  private static Entry streamed(RequestStreamHandler handler) {
    return new Entry(RouteTable.ANY, "/v1/{proxy+}", new Integration.Streamed("function", handler));
  }

  private static void begin(OutputStream out) throws IOException {
    write(out, "{\"statusCode\":200}");
    out.write(DELIMITER);
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  static void assertEnvelope(HttpResponse<String> answer, int status, String code) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    String requestId = answer.headers().firstValue("x-request-id").orElseThrow();
    assertThat(answer.body())
        .matches(
            "\\{\"error\":\\{\"message\":\"[^\"]+\",\"type\":\"[a-z_]+\",\"param\":null,"
                + "\"code\":\""
                + code
                + "\",\"request_id\":\""
                + requestId
                + "\"}}");
  }

  private static String readUntil(Socket client, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      String next = TestClient.read(client, 1);
      assertThat(next).as("after " + text).isNotEmpty();
      text.append(next);
    }
    return text.toString();
  }
}
