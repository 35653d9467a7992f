package dev.sluice.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.sluice.completion.fn.CompletionHandler;
import dev.sluice.daemon.DaemonHandler;
import dev.sluice.emulators.BatchFunction;
import dev.sluice.emulators.PojoFunction;
import dev.sluice.gateway.api.ApiFunction;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import java.util.HashMap;
import java.util.Map;

/// The functions of the product in this process. They count into one memory instead of writing
/// metric lines.
final class StackFunctions implements Functions {

  private final InferenceFunction inference;
  private final ApiFunction api;
  private final CompletionHandler completion;
  private final DaemonHandler daemon;
  private final MetricSeries metrics;

  private StackFunctions(
      InferenceFunction inference,
      ApiFunction api,
      CompletionHandler completion,
      DaemonHandler daemon,
      MetricSeries metrics) {
    this.inference = inference;
    this.api = api;
    this.completion = completion;
    this.daemon = daemon;
    this.metrics = metrics;
  }

  /// Starts all functions with the same settings.
  static StackFunctions start(Map<String, Object> properties) {
    MetricSeries metrics = new MetricSeries();
    Map<String, Object> shared = inOneProcess(properties);
    return new StackFunctions(
        new InferenceFunction(context(shared, metrics).start()),
        new ApiFunction(context(shared, metrics).start()),
        new CompletionHandler(context(shared, metrics)),
        new DaemonHandler(context(shared, metrics)),
        metrics);
  }

  /// What differs from Lambda, unless it is set already.
  static Map<String, Object> inOneProcess(Map<String, Object> properties) {
    Map<String, Object> shared = new HashMap<>(properties);
    // One instance of a function serves many calls at once here.
    shared.putIfAbsent("sluice.database.pool-size", 8);
    // This process is never frozen.
    shared.putIfAbsent("sluice.keep-connections", true);
    return shared;
  }

  private static ApplicationContextBuilder context(
      Map<String, Object> properties, MetricSeries metrics) {
    return ApplicationContext.builder()
        .deduceEnvironment(false)
        .banner(false)
        .properties(properties)
        .singletons(metrics);
  }

  @Override
  public RequestStreamHandler inference() {
    return inference;
  }

  @Override
  public RequestStreamHandler api() {
    return new PojoFunction<>(
        api, APIGatewayProxyRequestEvent.class, APIGatewayProxyResponseEvent.class);
  }

  @Override
  public BatchFunction completion() {
    return completion::handleRequest;
  }

  @Override
  public RequestStreamHandler daemon() {
    return daemon;
  }

  @Override
  public MetricSeries metrics() {
    return metrics;
  }

  @Override
  public void close() {
    inference.close();
    api.close();
    completion.close();
    daemon.close();
  }
}
