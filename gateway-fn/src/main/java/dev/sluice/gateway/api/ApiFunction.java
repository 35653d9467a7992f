package dev.sluice.gateway.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.sluice.gateway.errors.RouteErrors;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.http.Route;
import dev.sluice.sandbox.Priming;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.store.DatabaseConfiguration;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.function.aws.proxy.payload1.ApiGatewayProxyRequestEventFunction;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda handler of every route that is not inference: buffered, at most 29 seconds.
///
/// It is the outermost frame: it finds the route, and whatever ends a request inside or outside the
/// framework leaves as the one error envelope with `x-request-id`. Safe for use by several threads.
public final class ApiFunction extends ApiGatewayProxyRequestEventFunction {

  private static final Logger LOG = LoggerFactory.getLogger(ApiFunction.class);

  private final Map<String, Object> properties;
  private final Metrics metrics;
  private final SandboxLife life;

  /// As Lambda makes it, configured by the environment.
  public ApiFunction() {
    this(Map.of());
  }

  /// @param properties win over the environment
  public ApiFunction(Map<String, Object> properties) {
    // Before the constructor of the parent, which asks for the builder.
    this.properties = Map.copyOf(properties);
    super();
    this.metrics = applicationContext.getBean(Metrics.class);
    this.life = applicationContext.getBean(SandboxLife.class);
    var _ = applicationContext.registerSingleton(Priming.class, new ApiPriming());
    LOG.atInfo()
        .addKeyValue("database", applicationContext.getBean(DatabaseConfiguration.class))
        .log("API function started");
  }

  /// @param context of a test or a priming, which also closes it
  public ApiFunction(ApplicationContext context) {
    this.properties = Map.of();
    super(context);
    this.metrics = applicationContext.getBean(Metrics.class);
    this.life = applicationContext.getBean(SandboxLife.class);
  }

  @Override
  protected ApplicationContextBuilder newApplicationContextBuilder() {
    return super.newApplicationContextBuilder().properties(properties);
  }

  @Override
  public APIGatewayProxyResponseEvent handleRequest(
      APIGatewayProxyRequestEvent event, Context lambda) {
    InboundRequest inbound = ProxyEvents.read(event, lambda);
    APIGatewayProxyResponseEvent answer;
    String label = "none";
    try {
      Route route = route(inbound);
      label = route.name().toLowerCase(Locale.ROOT);
      answer = super.handleRequest(new RoutedEvent(route, inbound), lambda);
    } catch (RuntimeException e) {
      answer = Errors.event(e, inbound.requestId());
    } finally {
      life.endOfInvocation();
    }
    metrics.count(Metric.GATEWAY_REQUESTS, label, String.valueOf(answer.getStatusCode()));
    return withOwnHeaders(answer, inbound.requestId());
  }

  private static Route route(InboundRequest inbound) {
    return Route.of(inbound.method(), inbound.path())
        .filter(route -> route.function() == Route.Function.API)
        .orElseThrow(() -> RouteErrors.of(inbound.method(), inbound.path()));
  }

  private static APIGatewayProxyResponseEvent withOwnHeaders(
      APIGatewayProxyResponseEvent answer, String requestId) {
    Map<String, String> headers = new TreeMap<>();
    if (answer.getMultiValueHeaders() != null) {
      answer
          .getMultiValueHeaders()
          .forEach((name, values) ->
              headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
    }
    if (answer.getHeaders() != null) {
      answer
          .getHeaders()
          .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
    }
    headers.put("cache-control", "no-store");
    headers.put("x-request-id", requestId);
    return answer.withMultiValueHeaders(null).withHeaders(headers);
  }
}
