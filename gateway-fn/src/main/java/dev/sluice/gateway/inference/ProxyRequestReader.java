package dev.sluice.gateway.inference;

import com.amazonaws.services.lambda.runtime.Context;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the event of a REST API's Lambda proxy integration (API Gateway, "Set up Lambda proxy
/// integrations", payload format 1.0).
final class ProxyRequestReader {

  /// Longer than any that AWS makes. Clients may send a trace header of their own, and a record
  /// with a longer one would be refused by its table.
  private static final int MAX_TRACE_ID_LENGTH = 512;

  private final SecureRandom random;

  ProxyRequestReader(SecureRandom random) {
    this.random = random;
  }

  /// @throws IllegalArgumentException when the bytes are no such event: not a client's fault, as
  ///   API Gateway writes them
  InboundRequest read(byte[] bytes, Context context) {
    if (!(Json.parseUpstream(bytes) instanceof Json.Parse.Parsed(JsonDocument document))) {
      throw new IllegalArgumentException("The event is not JSON");
    }
    JsonObject event = document.object();
    String method = event.text("httpMethod").orElse("");
    String path = event.text("path").orElse("");
    if (method.isEmpty() || path.isEmpty()) {
      throw new IllegalArgumentException("The event is not a proxy request: no httpMethod or path");
    }
    return new InboundRequest(
        method,
        path,
        values(event, "multiValueHeaders", "headers"),
        values(event, "multiValueQueryStringParameters", "queryStringParameters"),
        body(event),
        requestId(event, context),
        traceId(context),
        Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis())));
  }

  /// The form with all values, or the one with single values when a caller sends no other.
  private static Map<String, List<String>> values(
      JsonObject event, String multiple, String single) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    event
        .object(single)
        .ifPresent(pairs ->
            pairs
                .members()
                .forEach((name, value) ->
                    value.asText().ifPresent(text -> values.put(name, List.of(text)))));
    event
        .object(multiple)
        .ifPresent(pairs ->
            pairs.members().keySet().forEach(name -> values.put(name, texts(pairs, name))));
    return values;
  }

  private static List<String> texts(JsonObject pairs, String name) {
    return pairs.items(name).stream().map(JsonValue::asText).flatMap(Optional::stream).toList();
  }

  private static byte[] body(JsonObject event) {
    String body = event.text("body").orElse("");
    return event.isTrue("isBase64Encoded")
        ? Base64.getDecoder().decode(body)
        : body.getBytes(StandardCharsets.UTF_8);
  }

  private static String requestId(JsonObject event, Context context) {
    String invocation = context.getAwsRequestId();
    return invocation == null || invocation.isBlank()
        ? event.object("requestContext").flatMap(about -> about.text("requestId")).orElse("")
        : invocation;
  }

  /// The invocation's own; where there is no usable one, a fresh one in the form of W3C Trace
  /// Context.
  private String traceId(Context context) {
    String given = context.getXrayTraceId();
    if (given != null && !given.isBlank() && given.length() <= MAX_TRACE_ID_LENGTH) {
      return given;
    }
    byte[] bytes = new byte[24];
    random.nextBytes(bytes);
    HexFormat hex = HexFormat.of();
    return "00-" + hex.formatHex(bytes, 0, 16) + "-" + hex.formatHex(bytes, 16, 24) + "-01";
  }
}
