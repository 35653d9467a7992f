package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a function is told about one invocation.
public final class LambdaContext implements Context {

  static final String REGION = "eu-central-1";
  static final String ACCOUNT = "000000000000";
  static final String VERSION = "$LATEST";
  static final int MEMORY_MEGABYTES = 1_024;

  private static final Logger LOG = LoggerFactory.getLogger(LambdaContext.class);

  private final String functionName;
  private final String requestId;
  private final @Nullable String traceId;
  private final long deadlineNanos;

  private LambdaContext(
      String functionName, String requestId, @Nullable String traceId, long deadlineNanos) {
    this.functionName = functionName;
    this.requestId = requestId;
    this.traceId = traceId;
    this.deadlineNanos = deadlineNanos;
  }

  /// The context of an invocation that starts now and may take this long.
  ///
  /// @param traceId null when the invocation has none
  public static LambdaContext starting(
      String functionName, String requestId, @Nullable String traceId, Duration timeout) {
    return new LambdaContext(
        functionName, requestId, traceId, System.nanoTime() + timeout.toNanos());
  }

  @Override
  public String getAwsRequestId() {
    return requestId;
  }

  @Override
  public String getLogGroupName() {
    return logGroup(functionName);
  }

  static String logGroup(String functionName) {
    return "/aws/lambda/" + functionName;
  }

  @Override
  public String getLogStreamName() {
    return logStream(functionName);
  }

  static String logStream(String functionName) {
    return "local/[" + VERSION + "]" + functionName;
  }

  @Override
  public String getFunctionName() {
    return functionName;
  }

  @Override
  public String getFunctionVersion() {
    return VERSION;
  }

  @Override
  public String getInvokedFunctionArn() {
    return "arn:aws:lambda:" + REGION + ":" + ACCOUNT + ":function:" + functionName;
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
  public int getRemainingTimeInMillis() {
    return (int) Math.max(0, (deadlineNanos - System.nanoTime()) / 1_000_000);
  }

  @Override
  public int getMemoryLimitInMB() {
    return MEMORY_MEGABYTES;
  }

  @Override
  public @Nullable String getXrayTraceId() {
    return traceId;
  }

  @Override
  public LambdaLogger getLogger() {
    return new LambdaLogger() {
      @Override
      public void log(String message) {
        LOG.atInfo().addKeyValue("function", functionName).log(message);
      }

      @Override
      public void log(byte[] message) {
        log(new String(message, StandardCharsets.UTF_8));
      }
    };
  }
}
