package dev.sluice.gateway.testing;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;

/// An invocation with a fixed remaining time.
///
/// @param traceId empty when the invocation has none
public record TestingLambdaContext(int remainingMillis, String traceId) implements Context {

  public TestingLambdaContext(int remainingMillis) {
    this(remainingMillis, "");
  }

  @Override
  public String getXrayTraceId() {
    return traceId;
  }

  @Override
  public String getAwsRequestId() {
    return "lambda-request-1";
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
    return "api";
  }

  @Override
  public String getFunctionVersion() {
    return "1";
  }

  @Override
  public String getInvokedFunctionArn() {
    return "arn:aws:lambda:eu-central-1:000000000000:function:api";
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
    return remainingMillis;
  }

  @Override
  public int getMemoryLimitInMB() {
    return 512;
  }

  @Override
  public LambdaLogger getLogger() {
    return new LambdaLogger() {
      @Override
      public void log(String message) {
        LoggerFactory.getLogger(TestingLambdaContext.class).info(message);
      }

      @Override
      public void log(byte[] message) {
        log(new String(message, StandardCharsets.UTF_8));
      }
    };
  }
}
