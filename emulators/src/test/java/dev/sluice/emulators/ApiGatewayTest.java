package dev.sluice.emulators;

import static dev.sluice.emulators.TestingGateways.LIMIT;
import static dev.sluice.emulators.TestingGateways.assertEnvelope;
import static dev.sluice.emulators.TestingGateways.buffered;
import static dev.sluice.emulators.TestingGateways.integration;
import static dev.sluice.emulators.TestingGateways.quoted;
import static dev.sluice.emulators.TestingGateways.text;
import static dev.sluice.emulators.TestingGateways.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.RouteTable.Entry;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ApiGatewayTest {

  private final TestingGateways gateways = new TestingGateways();

  @AfterEach
  void stop() {
    gateways.close();
  }

  @Test
  void anEventLooksLikeOneOfARestApi() throws Exception {
    AtomicReference<String> event = new AtomicReference<>("");
    ApiGateway gateway =
        gateways.start(
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
        gateways.start(buffered((in, out, _) -> write(out, "{\"body\":" + quoted(text(in)) + "}")));

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
        gateways.start(
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
        gateways.start(
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
}
