package dev.sluice.gateway.runtime;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import dev.sluice.request.Deadline;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a handler is told about its invocation.
///
/// @param deadline on the monotonic clock, so that a clock that is set meanwhile changes nothing
record InvocationContext(RuntimeEvent event, FunctionEnvironment environment, Deadline deadline)
    implements Context {

  private static final Logger LOG = LoggerFactory.getLogger(InvocationContext.class);

  @Override
  public String getAwsRequestId() {
    return event.requestId();
  }

  @Override
  public String getLogGroupName() {
    return environment.logGroup();
  }

  @Override
  public String getLogStreamName() {
    return environment.logStream();
  }

  @Override
  public String getFunctionName() {
    return environment.functionName();
  }

  @Override
  public String getFunctionVersion() {
    return environment.functionVersion();
  }

  @Override
  public String getInvokedFunctionArn() {
    return event.functionArn();
  }

  @Override
  @SuppressWarnings("NullAway") // absent for calls that come from API Gateway
  public CognitoIdentity getIdentity() {
    return null;
  }

  @Override
  @SuppressWarnings("NullAway") // absent for calls that come from API Gateway
  public ClientContext getClientContext() {
    return null;
  }

  @Override
  public int getRemainingTimeInMillis() {
    return (int) Math.min(deadline.remaining().toMillis(), Integer.MAX_VALUE);
  }

  @Override
  public int getMemoryLimitInMB() {
    return environment.memoryMegabytes();
  }

  /// Empty when the invocation has none.
  @Override
  public String getXrayTraceId() {
    return event.traceId();
  }

  @Override
  public LambdaLogger getLogger() {
    return new LambdaLogger() {
      @Override
      public void log(String message) {
        LOG.atInfo().addKeyValue("request_id", event.requestId()).log(message);
      }

      @Override
      public void log(byte[] message) {
        log(new String(message, StandardCharsets.UTF_8));
      }
    };
  }
}
