package dev.sluice.gateway.api;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.ProxyRequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.sluice.gateway.testing.TestingLambdaContext;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Calls the function with proxy events as API Gateway makes them.
///
/// @param key sent as bearer; empty to send none
record ApiClient(ApiFunction function, String key) {

  static final String REQUEST_ID = "request-id-of-the-gateway";

  /// @param body as text, also when it travelled as base64
  record Answer(int status, Map<String, String> headers, String body) {

    JsonObject json() {
      return Json.objectOrEmpty(body.getBytes(StandardCharsets.UTF_8));
    }

    JsonObject error() {
      return json().object("error").orElseThrow(() -> new AssertionError("No envelope: " + body));
    }

    String code() {
      return error().text("code").orElseThrow();
    }

    List<JsonObject> data() {
      return json().items("data").stream().map(JsonObject.class::cast).toList();
    }
  }

  ApiClient withKey(String other) {
    return new ApiClient(function, other);
  }

  Answer get(String target) {
    return call("GET", target, "");
  }

  Answer delete(String target) {
    return call("DELETE", target, "");
  }

  Answer post(String target, String body) {
    return call("POST", target, body);
  }

  /// @param target path and query as a client writes them
  Answer call(String method, String target, String body) {
    return send(event(method, target, body));
  }

  APIGatewayProxyRequestEvent event(String method, String target, String body) {
    String[] parts = target.split("\\?", 2);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "text/html, application/xhtml+xml");
    headers.put("Cookie", "a=b; c");
    headers.put("User-Agent", "test, with commas");
    if (!key.isEmpty()) {
      headers.put("Authorization", "Bearer " + key);
    }
    if (!body.isEmpty()) {
      headers.put("Content-Type", "application/json; charset=utf-8");
    }
    ProxyRequestContext context = new ProxyRequestContext();
    context.setRequestId(REQUEST_ID);
    APIGatewayProxyRequestEvent event =
        new APIGatewayProxyRequestEvent()
            .withHttpMethod(method)
            .withPath(parts[0])
            .withHeaders(headers)
            .withRequestContext(context)
            .withIsBase64Encoded(false);
    if (parts.length == 2) {
      event.setMultiValueQueryStringParameters(query(parts[1]));
    }
    return body.isEmpty() ? event : event.withBody(body);
  }

  private static Map<String, List<String>> query(String text) {
    return Stream.of(text.split("&", -1))
        .map(pair -> pair.split("=", 2))
        .collect(
            Collectors.groupingBy(
                pair -> decoded(pair[0]),
                Collectors.mapping(
                    pair -> pair.length == 2 ? decoded(pair[1]) : "", Collectors.toList())));
  }

  private static String decoded(String text) {
    return Objects.requireNonNull(URI.create("?" + text).getQuery());
  }

  Answer send(APIGatewayProxyRequestEvent event) {
    APIGatewayProxyResponseEvent answer =
        function.handleRequest(event, TestingLambdaContext.starting(Duration.ofSeconds(29)));
    String body = Objects.requireNonNullElse(answer.getBody(), "");
    return new Answer(
        answer.getStatusCode(),
        answer.getHeaders(),
        Boolean.TRUE.equals(answer.getIsBase64Encoded())
            ? new String(Base64.getDecoder().decode(body), StandardCharsets.UTF_8)
            : body);
  }
}
