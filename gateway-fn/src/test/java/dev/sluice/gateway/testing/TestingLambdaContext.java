package dev.sluice.gateway.testing;

import com.amazonaws.services.lambda.runtime.Context;
import dev.sluice.emulators.LambdaContext;
import java.time.Duration;

/// Invocations of the gateway with one request id.
public final class TestingLambdaContext {

  private TestingLambdaContext() {}

  /// An invocation that starts now and has no trace.
  public static Context starting(Duration timeout) {
    return starting(timeout, "");
  }

  /// @param traceId empty when the invocation has none
  public static Context starting(Duration timeout, String traceId) {
    return LambdaContext.starting("gateway", "lambda-request-1", traceId, timeout);
  }
}
