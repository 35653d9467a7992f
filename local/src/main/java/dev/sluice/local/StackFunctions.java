package dev.sluice.local;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.sluice.completion.fn.CompletionHandler;
import dev.sluice.emulators.BatchFunction;
import dev.sluice.emulators.Integration;
import dev.sluice.emulators.PojoFunction;
import dev.sluice.emulators.RouteTable;
import dev.sluice.gateway.api.ApiFunction;
import dev.sluice.gateway.http.Route;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The functions of the product in this process, and where API Gateway finds them. They count into
/// one memory instead of writing metric lines.
final class StackFunctions implements AutoCloseable {

  private final InferenceFunction inference;
  private final ApiFunction api;
  private final CompletionHandler completion;
  private final MetricSeries metrics;

  private StackFunctions(
      InferenceFunction inference,
      ApiFunction api,
      CompletionHandler completion,
      MetricSeries metrics) {
    this.inference = inference;
    this.api = api;
    this.completion = completion;
    this.metrics = metrics;
  }

  /// Starts all functions with the same settings.
  static StackFunctions start(Map<String, Object> properties) {
    MetricSeries metrics = new MetricSeries();
    return new StackFunctions(
        new InferenceFunction(context(properties, metrics).start()),
        new ApiFunction(context(properties, metrics).start()),
        new CompletionHandler(context(properties, metrics)),
        metrics);
  }

  private static ApplicationContextBuilder context(
      Map<String, Object> properties, MetricSeries metrics) {
    return ApplicationContext.builder()
        .deduceEnvironment(false)
        .banner(false)
        .properties(properties)
        .singletons(metrics);
  }

  /// Every route of the product under both of its prefixes, and `GET /metrics`, which only the dev
  /// stack has.
  RouteTable routes() {
    Integration streamed = new Integration.Streamed("inference", inference);
    Integration buffered =
        new Integration.Buffered(
            "api",
            new PojoFunction<>(
                api, APIGatewayProxyRequestEvent.class, APIGatewayProxyResponseEvent.class));
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
    entries.add(
        new RouteTable.Entry(
            "GET", "/metrics", new Integration.Buffered("metrics", this::figures)));
    return new RouteTable(entries);
  }

  private void figures(InputStream event, OutputStream answer, Context context) throws IOException {
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

  BatchFunction completion() {
    return completion::handleRequest;
  }

  MetricSeries metrics() {
    return metrics;
  }

  @Override
  public void close() {
    inference.close();
    api.close();
    completion.close();
  }
}
