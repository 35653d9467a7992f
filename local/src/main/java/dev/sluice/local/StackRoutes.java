package dev.sluice.local;

import dev.sluice.emulators.Integration;
import dev.sluice.emulators.RouteTable;
import dev.sluice.gateway.http.Route;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// Where API Gateway finds the functions.
final class StackRoutes {

  private StackRoutes() {}

  /// Every route of the product under both of its prefixes, and `GET /metrics`, which only the dev
  /// stack has.
  static RouteTable of(Functions functions) {
    Integration streamed = new Integration.Streamed(Functions.INFERENCE, functions.inference());
    Integration buffered = new Integration.Buffered(Functions.API, functions.api());
    List<RouteTable.Entry> entries = new ArrayList<>();
    for (Route route : Route.values()) {
      Integration integration =
          switch (route.function()) {
            case INFERENCE -> streamed;
            case API -> buffered;
          };
      entries.add(new RouteTable.Entry(route.method(), route.template(), integration));
      if (route.template().startsWith("/v1/")) {
        entries.add(new RouteTable.Entry(route.method(), "/ai" + route.template(), integration));
      }
    }
    MetricSeries metrics = functions.metrics();
    entries.add(
        new RouteTable.Entry(
            "GET",
            "/metrics",
            new Integration.Buffered("metrics", (_, answer, _) -> figures(metrics, answer))));
    return new RouteTable(entries);
  }

  private static void figures(MetricSeries metrics, OutputStream answer) throws IOException {
    answer.write(
        Json.write(
            JsonObject.builder()
                .put("statusCode", 200)
                .put(
                    "headers",
                    JsonObject.builder()
                        .put("content-type", "text/plain; version=0.0.4; charset=utf-8")
                        .build())
                .put("body", metrics.toText())
                .build()));
  }
}
