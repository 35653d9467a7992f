package dev.sluice.daemon;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import org.jspecify.annotations.Nullable;

/// A Lambda context of which only the remaining time matters.
record TestingContext(int getRemainingTimeInMillis) implements Context {

  @Override
  public String getAwsRequestId() {
    return "invocation";
  }

  @Override
  public String getLogGroupName() {
    return "group";
  }

  @Override
  public String getLogStreamName() {
    return "stream";
  }

  @Override
  public String getFunctionName() {
    return "daemon";
  }

  @Override
  public String getFunctionVersion() {
    return "7";
  }

  @Override
  public String getInvokedFunctionArn() {
    return "arn:aws:lambda:::function:daemon";
  }

  @Override
  public @Nullable CognitoIdentity getIdentity() {
    return null;
  }

  @Override
  public @Nullable ClientContext getClientContext() {
    return null;
  }

  @Override
  public int getMemoryLimitInMB() {
    return 512;
  }

  @Override
  public @Nullable LambdaLogger getLogger() {
    return null;
  }
}
