package dev.sluice.gateway.api;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.http.Route;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A request whose route is known, as an event that the framework can route without surprises.
///
/// Only the method and a canonical path are handed on: headers such as `accept`, `cookie` or
/// `content-type` would make the framework answer for itself, and odd characters in a path or a
/// query would make it fail. All else is read from [#inbound].
final class RoutedEvent extends APIGatewayProxyRequestEvent {

  private static final long serialVersionUID = 1L;

  private final transient Route route;
  private final transient InboundRequest inbound;

  RoutedEvent(Route route, InboundRequest inbound) {
    this.route = route;
    this.inbound = inbound;
    setHttpMethod(route.method());
    setPath(path(route, inbound));
    setHeaders(Map.of());
    setMultiValueHeaders(Map.of());
  }

  Route route() {
    return route;
  }

  InboundRequest inbound() {
    return inbound;
  }

  private static String path(Route route, InboundRequest inbound) {
    String template = route.template();
    int start = template.indexOf('{');
    return start < 0
        ? template
        : template.substring(0, start)
            + encoded(decoded(route.variable(inbound.path())))
            + template.substring(template.indexOf('}') + 1);
  }

  /// Percent-decoded; as it stands when the escapes are broken, which no id of ours contains.
  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return segment;
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
