package dev.sluice.emulators;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.RouteTable.Entry;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiGatewayErrorsTest {

  private ApiGateway gateway;

  @BeforeEach
  void start() {
    Integration echo =
        new Integration.Buffered(
            "echo", (_, out, _) -> out.write("{\"body\":\"ok\"}".getBytes(StandardCharsets.UTF_8)));
    gateway =
        ApiGateway.start(
            new ApiGateway.Settings(0, Duration.ofSeconds(1), InstantSource.system()),
            new RouteTable(List.of(new Entry("POST", "/v1/x", echo))));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void anUnknownRouteIsA404AndAnUnknownMethodA405() throws Exception {
    HttpResponse<String> unknown = TestClient.get(gateway.uri().resolve("/nowhere"));
    HttpResponse<String> method = TestClient.get(gateway.uri().resolve("/v1/x"));

    TestingGateways.assertEnvelope(unknown, 404, "route_not_found");
    TestingGateways.assertEnvelope(method, 405, "method_not_allowed");
    assertThat(method.headers().firstValue("allow")).contains("POST");
  }

  @Test
  void aRequestAboveSixMegabytesIsA413() throws Exception {
    int room = 6 * 1024 * 1024 - 4_096;

    assertThat(post(room)).isEqualTo(200);
    assertThat(post(6 * 1024 * 1024)).isEqualTo(413);
    assertThat(post(11 * 1024 * 1024)).isEqualTo(413);
  }

  private int post(int bytes) throws IOException, InterruptedException {
    return TestClient.send(
            TestClient.request(gateway.uri().resolve("/v1/x"))
                .POST(BodyPublishers.ofString("x".repeat(bytes)))
                .build())
        .statusCode();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET\r\n\r\n",
        "POST /v1/x HTTP/9.9\r\nHost: a\r\n\r\n",
        "POST /v1/x HTTP/1.1\r\n\r\n",
        "POST /v1/x HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
        "POST /v1/x HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n",
        "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        "POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "POST /v1/x?%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "POST /v1/../../x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nx",
        "POST /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "\u0000\u0001\u0002\r\n\r\n"
      })
  void malformedHttpIsA400WithTheEnvelope(String bytes) throws Exception {
    String answer = TestClient.exchange(gateway.port(), bytes);

    assertThat(answer).matches("(?s)HTTP/1\\.1 (400|404|505) .*");
    assertThat(answer.toLowerCase(java.util.Locale.ROOT))
        .contains("content-type: application/json\r\n")
        .contains("x-request-id: ");
    assertThat(answer).contains("{\"error\":{\"message\":").endsWith("}}");
  }

  @Test
  void headersAboveTheLimitAreA431() throws Exception {
    String large = "x".repeat(20_000);

    String answer =
        TestClient.exchange(
            gateway.port(), "POST /v1/x HTTP/1.1\r\nHost: a\r\nX-Large: " + large + "\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 431 ").contains("\"code\":\"headers_too_large\"");
  }

  @Test
  void aConnectionIsKeptForTheNextRequest() throws Exception {
    try (Socket client = TestClient.open(gateway.port())) {
      for (int i = 0; i < 3; i++) {
        TestClient.write(client, "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\nok") < 0) {
          answer.append(TestClient.read(client, 1));
        }
        assertThat(answer.toString()).startsWith("HTTP/1.1 200 ");
      }
    }
  }
}
