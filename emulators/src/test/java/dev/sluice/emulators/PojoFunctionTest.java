package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class PojoFunctionTest {

  private static final LambdaContext CONTEXT =
      LambdaContext.starting("function", "request", null, Duration.ofSeconds(29));

  @Test
  void theEventOfApiGatewayIsReadWhole() throws IOException {
    ProxyEvent event =
        new ProxyEvent(
            "/v1/{proxy+}",
            "POST",
            "/v1/a",
            Map.of("proxy", "a"),
            Map.of("X-One", List.of("a", "b")),
            Map.of("q", List.of("1", "2")),
            "é".getBytes(UTF_8),
            new ProxyEvent.Caller("id", "127.0.0.1", Instant.ofEpochMilli(7)));
    AtomicReference<APIGatewayProxyRequestEvent> seen = new AtomicReference<>();
    PojoFunction<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> function =
        function((request, _) -> {
          seen.set(request);
          return new APIGatewayProxyResponseEvent()
              .withStatusCode(201)
              .withHeaders(Map.of("a", "1"))
              .withMultiValueHeaders(Map.of("b", List.of("2", "3")))
              .withBody("ü");
        });

    FunctionAnswer answer = FunctionAnswer.parse(call(function, event.toJson()));

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.headers()).isEqualTo(Map.of("a", List.of("1"), "b", List.of("2", "3")));
    assertThat(new String(answer.body(), UTF_8)).isEqualTo("ü");
    APIGatewayProxyRequestEvent request = seen.get();
    assertThat(request.getResource()).isEqualTo("/v1/{proxy+}");
    assertThat(request.getPath()).isEqualTo("/v1/a");
    assertThat(request.getHttpMethod()).isEqualTo("POST");
    assertThat(request.getHeaders()).isEqualTo(Map.of("X-One", "b"));
    assertThat(request.getMultiValueHeaders()).isEqualTo(Map.of("X-One", List.of("a", "b")));
    assertThat(request.getQueryStringParameters()).isEqualTo(Map.of("q", "2"));
    assertThat(request.getMultiValueQueryStringParameters())
        .isEqualTo(Map.of("q", List.of("1", "2")));
    assertThat(request.getPathParameters()).isEqualTo(Map.of("proxy", "a"));
    assertThat(request.getBody()).isEqualTo("é");
    assertThat(request.getIsBase64Encoded()).isFalse();
    assertThat(request.getRequestContext().getRequestId()).isEqualTo("id");
    assertThat(request.getRequestContext().getPath()).isEqualTo("/local/v1/a");
    assertThat(request.getRequestContext().getRequestTimeEpoch()).isEqualTo(7);
    assertThat(request.getRequestContext().getIdentity().getSourceIp()).isEqualTo("127.0.0.1");
  }

  private static PojoFunction<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> function(
      RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> handler) {
    return new PojoFunction<>(
        handler, APIGatewayProxyRequestEvent.class, APIGatewayProxyResponseEvent.class);
  }

  private static byte[] call(RequestStreamHandler function, byte[] event) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    function.handleRequest(new ByteArrayInputStream(event), out, CONTEXT);
    return out.toByteArray();
  }
}
