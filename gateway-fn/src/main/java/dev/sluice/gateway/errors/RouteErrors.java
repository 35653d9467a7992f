package dev.sluice.gateway.errors;

import dev.sluice.gateway.http.Route;
import java.util.List;

/// What a caller is told whose request has no route, by both functions alike.
public final class RouteErrors {

  private RouteErrors() {}

  /// 405 with the methods of the path, or 404 when the path is not one of this function.
  public static GatewayException of(String method, String path) {
    List<String> methods = Route.methodsOf(path);
    if (methods.isEmpty() || methods.contains(method)) {
      return GatewayException.of(
          ErrorCode.ROUTE_NOT_FOUND, "There is no such path. The base URL ends in /v1.");
    }
    String allowed = String.join(", ", methods);
    return GatewayException.of(
            ErrorCode.METHOD_NOT_ALLOWED, "This path has no such method; it has " + allowed + ".")
        .withHeader("allow", allowed);
  }
}
