package dev.sluice.gateway.api;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import io.micronaut.http.HttpRequest;
import io.micronaut.servlet.http.ServletHttpRequest;
import java.util.Optional;

/// What the filter attaches to a request of the framework, and how it is read again.
final class Identity {

  private static final String CALLER = "sluice.caller";
  private static final String OPERATOR = "sluice.operator";

  private Identity() {}

  /// Says that the admin key was shown. Only the filter makes one.
  record Operator() {}

  static void attach(HttpRequest<?> request, Caller caller) {
    request.setAttribute(CALLER, caller);
  }

  static void attach(HttpRequest<?> request, Operator operator) {
    request.setAttribute(OPERATOR, operator);
  }

  /// A handler that asks for a caller is not reached without one, whatever the filter did.
  static Caller caller(HttpRequest<?> request) {
    return request
        .getAttribute(CALLER, Caller.class)
        .orElseThrow(
            () -> GatewayException.of(ErrorCode.INVALID_API_KEY, "No API key was recognised."));
  }

  static Operator operator(HttpRequest<?> request) {
    return request
        .getAttribute(OPERATOR, Operator.class)
        .orElseThrow(
            () -> GatewayException.of(ErrorCode.INVALID_ADMIN_KEY, "No admin key was recognised."));
  }

  /// The event behind a request of the framework; empty when it did not come through [ApiFunction].
  static Optional<RoutedEvent> event(HttpRequest<?> request) {
    return request instanceof ServletHttpRequest<?, ?> servlet
            && servlet.getNativeRequest() instanceof RoutedEvent routed
        ? Optional.of(routed)
        : Optional.empty();
  }

  static InboundRequest inbound(HttpRequest<?> request) {
    return event(request)
        .map(RoutedEvent::inbound)
        .orElseThrow(() -> new IllegalStateException("A request came past the function"));
  }

  static String requestId(HttpRequest<?> request) {
    return event(request).map(routed -> routed.inbound().requestId()).orElse("unknown");
  }
}
