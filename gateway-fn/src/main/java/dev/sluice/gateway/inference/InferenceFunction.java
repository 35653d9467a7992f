package dev.sluice.gateway.inference;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.store.DatabaseConfiguration;
import dev.sluice.wiring.UpstreamSettings;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda form of the inference path: a proxy event in, a streamed answer out.
///
/// The beans are made when the instance is, without a connection to anything. Invocations may run
/// at the same time. Nothing goes on after the reply, and no connection stays.
public final class InferenceFunction implements RequestStreamHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(InferenceFunction.class);

  private final ApplicationContext context;
  private final InferenceService service;
  private final ProxyRequestReader reader;
  private final SandboxLife life;

  /// Configured by the environment, as on Lambda.
  public InferenceFunction() {
    this(Map.of());
  }

  /// @param properties win over the environment
  public InferenceFunction(Map<String, Object> properties) {
    // Deducing the environment would look for cloud metadata servers at every start.
    this(
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .properties(properties)
            .start());
    LOG.atInfo()
        .addKeyValue("gateway", context.getBean(GatewaySettings.class))
        .addKeyValue("upstream", context.getBean(UpstreamSettings.class))
        .addKeyValue("database", context.getBean(DatabaseConfiguration.class))
        .log("Inference function started");
  }

  /// @param context is closed with this function
  public InferenceFunction(ApplicationContext context) {
    this.context = context;
    this.service = context.getBean(InferenceService.class);
    this.reader = new ProxyRequestReader(context.getBean(SecureRandom.class));
    this.life = context.getBean(SandboxLife.class);
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context invocation)
      throws IOException {
    try {
      service.handle(reader.read(event.readAllBytes(), invocation), new StreamingReply(answer));
    } finally {
      life.endOfInvocation();
    }
  }

  @Override
  public void close() {
    context.close();
  }

  /// The function's own beans, for the runtime it is under.
  public ApplicationContext context() {
    return context;
  }
}
