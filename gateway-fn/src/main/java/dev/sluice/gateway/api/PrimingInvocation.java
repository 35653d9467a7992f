package dev.sluice.gateway.api;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.time.Duration;

/// What a handler is told about a call of the priming, which is no invocation.
final class PrimingInvocation implements Context {

  private static final String NAME = "priming";
  private static final Duration REMAINING = Duration.ofMinutes(1);

  @Override
  public String getAwsRequestId() {
    return NAME;
  }

  @Override
  public String getLogGroupName() {
    return NAME;
  }

  @Override
  public String getLogStreamName() {
    return NAME;
  }

  @Override
  public String getFunctionName() {
    return NAME;
  }

  @Override
  public String getFunctionVersion() {
    return NAME;
  }

  @Override
  public String getInvokedFunctionArn() {
    return NAME;
  }

  @Override
  @SuppressWarnings("NullAway") // nobody calls
  public CognitoIdentity getIdentity() {
    return null;
  }

  @Override
  @SuppressWarnings("NullAway") // nobody calls
  public ClientContext getClientContext() {
    return null;
  }

  @Override
  public int getRemainingTimeInMillis() {
    return (int) REMAINING.toMillis();
  }

  @Override
  public int getMemoryLimitInMB() {
    return 0;
  }

  @Override
  @SuppressWarnings("NullAway") // nothing of it is logged
  public LambdaLogger getLogger() {
    return null;
  }
}
