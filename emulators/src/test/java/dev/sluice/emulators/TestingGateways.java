package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.RouteTable.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// Gateways with functions made up by a test, and what such functions write.
final class TestingGateways implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(20);
  static final byte[] DELIMITER = new byte[8];

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private final AtomicReference<ApiGateway> started = new AtomicReference<>();

  @Override
  public void close() {
    ApiGateway gateway = started.get();
    if (gateway != null) {
      gateway.close();
    }
  }

  /// Starts a gateway on any free port that [#close] stops.
  ApiGateway start(Entry... entries) {
    return start(LIMIT, entries);
  }

  ApiGateway start(Duration connectionIdle, Entry... entries) {
    ApiGateway gateway =
        ApiGateway.start(
            new ApiGateway.Settings(0, connectionIdle, () -> NOW),
            new RouteTable(List.of(entries)));
    started.set(gateway);
    return gateway;
  }

  static Entry buffered(RequestStreamHandler handler) {
    return new Entry(RouteTable.ANY, "/v1/{proxy+}", integration(handler));
  }

  static Integration integration(RequestStreamHandler handler) {
    return new Integration.Buffered("function", handler);
  }

  static Entry streamed(RequestStreamHandler handler) {
    return new Entry(RouteTable.ANY, "/v1/{proxy+}", new Integration.Streamed("function", handler));
  }

  static void begin(OutputStream out) throws IOException {
    write(out, "{\"statusCode\":200}");
    out.write(DELIMITER);
  }

  static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
  }

  static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  static String quoted(String text) {
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

  static String readUntil(Socket client, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      String next = TestClient.read(client, 1);
      assertThat(next).as("after " + text).isNotEmpty();
      text.append(next);
    }
    return text.toString();
  }
}
