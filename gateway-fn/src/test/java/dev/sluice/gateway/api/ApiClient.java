package dev.sluice.gateway.api;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.ProxyRequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.sluice.gateway.http.Route;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.gateway.testing.TestingLambdaContext;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/// Calls the functions with proxy events as API Gateway makes them.
///
/// A target goes to the function that the route table names, and to the API function when the table
/// has none for it; [#send] always goes to the API function. Both run on the same beans.
///
/// @param key sent as bearer; empty to send none
record ApiClient(ApiFunction function, String key) {

  static final String REQUEST_ID = "request-id-of-the-gateway";

  /// What ends the head of a streamed answer.
  private static final String PRELUDE_END = "\0".repeat(8);

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
    APIGatewayProxyRequestEvent event = event(method, target, body);
    return Route.of(method, event.getPath())
            .filter(route -> route.function() == Route.Function.INFERENCE)
            .isPresent()
        ? stream(event)
        : send(event);
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

  private Answer stream(APIGatewayProxyRequestEvent event) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      // Not closed: its context is the one of the API function.
      new InferenceFunction(function.getApplicationContext())
          .handleRequest(
              new ByteArrayInputStream(Json.write(json(event))),
              out,
              TestingLambdaContext.starting(Duration.ofSeconds(29)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] parts = out.toString(StandardCharsets.UTF_8).split(PRELUDE_END, 2);
    JsonObject prelude = Json.objectOrEmpty(parts[0].getBytes(StandardCharsets.UTF_8));
    Map<String, String> headers = new LinkedHashMap<>();
    prelude
        .object("headers")
        .orElseThrow()
        .members()
        .forEach((name, value) -> headers.put(name, value.asText().orElseThrow()));
    int status = Math.toIntExact(prelude.number("statusCode").orElseThrow());
    return new Answer(status, headers, parts[1]);
  }

  private static JsonObject json(APIGatewayProxyRequestEvent event) {
    JsonObject.Builder headers = JsonObject.builder();
    event.getHeaders().forEach(headers::put);
    JsonObject.Builder query = JsonObject.builder();
    Objects.requireNonNullElse(
            event.getMultiValueQueryStringParameters(), Map.<String, List<String>>of())
        .forEach((name, values) ->
            query.put(name, new JsonArray(values.stream().<JsonValue>map(JsonValue::of).toList())));
    return JsonObject.builder()
        .put("httpMethod", event.getHttpMethod())
        .put("path", event.getPath())
        .put("headers", headers.build())
        .put("multiValueQueryStringParameters", query.build())
        .putNullable("body", event.getBody())
        .put("isBase64Encoded", false)
        .build();
  }
}
