package dev.sluice.infra;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// A route of the API.
///
/// @param path with `{name}` for a variable segment
/// @param function which function serves it
record ApiRoute(String method, String path, Served function) {

  /// Which of the gateway's functions.
  enum Served {
    /// Streamed, for as long as the function runs.
    INFERENCE,
    /// Buffered, for at most 29 seconds.
    API
  }

  /// The gateway's `routes.json`, and each of its `/v1/…` once more as `/ai/v1/…`.
  static List<ApiRoute> all() {
    List<ApiRoute> routes = new ArrayList<>();
    for (JsonNode row : Tables.rows("routes.json")) {
      ApiRoute route =
          new ApiRoute(
              Tables.text(row, "method"),
              Tables.text(row, "path"),
              served(Tables.text(row, "function")));
      routes.add(route);
      if (route.path.startsWith("/v1/")) {
        routes.add(new ApiRoute(route.method, "/ai" + route.path, route.function));
      }
    }
    return List.copyOf(routes);
  }

  private static Served served(String function) {
    return switch (function) {
      case "inference" -> Served.INFERENCE;
      case "api" -> Served.API;
      default -> throw new IllegalStateException("routes.json names no function " + function);
    };
  }
}
