package dev.sluice.gateway.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.ProxyRequestContext;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads proxy events of API Gateway (REST, payload 1.0), in which nearly everything may be absent.
final class ProxyEvents {

  /// What is left for the answer itself when the work must end.
  private static final Duration MARGIN = Duration.ofSeconds(1);

  /// The longest that API Gateway waits for a buffered answer.
  private static final Duration LONGEST = Duration.ofSeconds(29);

  private ProxyEvents() {}

  static InboundRequest read(APIGatewayProxyRequestEvent event, Context context) {
    return new InboundRequest(
        Optional.ofNullable(event.getHttpMethod()).orElse("GET"),
        Optional.ofNullable(event.getPath()).orElse("/"),
        values(event.getMultiValueHeaders(), event.getHeaders()),
        values(event.getMultiValueQueryStringParameters(), event.getQueryStringParameters()),
        body(event),
        Optional.ofNullable(event.getRequestContext())
            .map(ProxyRequestContext::getRequestId)
            .orElse(context.getAwsRequestId()),
        Optional.ofNullable(event.getHeaders())
            .map(headers -> headers.get("X-Amzn-Trace-Id"))
            .orElse(""),
        deadline(context));
  }

  private static Map<String, List<String>> values(
      @Nullable Map<String, List<String>> multiple, @Nullable Map<String, String> single) {
    Map<String, List<String>> values = new HashMap<>();
    if (single != null) {
      single.forEach((name, value) -> values.put(name, value == null ? List.of() : List.of(value)));
    }
    if (multiple != null) {
      multiple.forEach((name, all) -> values.put(name, all == null ? List.of() : all));
    }
    return values;
  }

  /// The bytes that the client sent; none when the event's base64 is broken, which only API Gateway
  /// itself could cause.
  private static byte[] body(APIGatewayProxyRequestEvent event) {
    String body = Optional.ofNullable(event.getBody()).orElse("");
    if (!Boolean.TRUE.equals(event.getIsBase64Encoded())) {
      return body.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getMimeDecoder().decode(body);
    } catch (IllegalArgumentException _) {
      return new byte[0]; // The handler refuses an empty body with a 400.
    }
  }

  private static Deadline deadline(Context context) {
    Duration remaining = Duration.ofMillis(context.getRemainingTimeInMillis());
    return Deadline.in(remaining).orSooner(LONGEST).minus(MARGIN);
  }
}
