package dev.sluice.emulators;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// One function as it is deployed.
///
/// @param functionName in contexts, logs and errors
/// @param environment the function's settings; Lambda's own variables come on top, and nothing else
///   is inherited
/// @param initialization of each process
/// @param timeout of one invocation; who takes longer is killed
/// @param initLimit how long a new process may take until it asks for its first invocation
/// @param maxSandboxes how many processes may exist at once
/// @param interruptible true when the function is interrupted when its caller leaves, which nobody
///   does on Lambda; otherwise only its connection breaks
public record SandboxSettings(
    String functionName,
    SandboxCommand command,
    Map<String, String> environment,
    Initialization initialization,
    Duration timeout,
    Duration initLimit,
    int maxSandboxes,
    boolean interruptible) {

  public SandboxSettings {
    environment = Map.copyOf(environment);
    if (maxSandboxes < 1) {
      throw new IllegalArgumentException("A function needs at least one sandbox");
    }
  }

  /// A function without SnapStart, whose processes have a minute to start, on machines that are
  /// busy.
  public SandboxSettings(
      String functionName,
      SandboxCommand command,
      Map<String, String> environment,
      Duration timeout,
      int maxSandboxes) {
    this(
        functionName,
        command,
        environment,
        Initialization.ON_DEMAND,
        timeout,
        Duration.ofSeconds(60),
        maxSandboxes,
        false);
  }

  /// The same function with SnapStart.
  public SandboxSettings withSnapStart() {
    return new SandboxSettings(
        functionName,
        command,
        environment,
        Initialization.SNAP_START,
        timeout,
        initLimit,
        maxSandboxes,
        interruptible);
  }

  /// The same function, which is interrupted when its caller leaves.
  public SandboxSettings withInterrupts() {
    return new SandboxSettings(
        functionName, command, environment, initialization, timeout, initLimit, maxSandboxes, true);
  }

  /// The whole environment of a process (Lambda guide, "Defined runtime environment variables").
  ///
  /// @param runtimeApi host and port
  Map<String, String> processEnvironment(String runtimeApi) {
    Map<String, String> all = new HashMap<>();
    all.put("AWS_ACCESS_KEY_ID", "local");
    all.put("AWS_SECRET_ACCESS_KEY", "local");
    all.putAll(environment);
    all.put("LANG", "C.UTF-8");
    all.put("TZ", ":UTC");
    all.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    all.putIfAbsent("AWS_REGION", LambdaContext.REGION);
    all.put("AWS_DEFAULT_REGION", all.get("AWS_REGION"));
    all.put("AWS_EXECUTION_ENV", "AWS_Lambda_java25");
    all.put("AWS_LAMBDA_FUNCTION_NAME", functionName);
    all.put("AWS_LAMBDA_FUNCTION_VERSION", LambdaContext.VERSION);
    all.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(LambdaContext.MEMORY_MEGABYTES));
    all.put("AWS_LAMBDA_INITIALIZATION_TYPE", initialization.text());
    all.put("AWS_LAMBDA_LOG_GROUP_NAME", LambdaContext.logGroup(functionName));
    all.put("AWS_LAMBDA_LOG_STREAM_NAME", LambdaContext.logStream(functionName));
    all.put("AWS_LAMBDA_RUNTIME_API", runtimeApi);
    all.put("LAMBDA_TASK_ROOT", command.taskRoot().toString());
    all.put("_HANDLER", command.handler());
    return all;
  }

  @Override
  public String toString() {
    return "SandboxSettings[" + functionName + "]"; // the environment holds secrets
  }
}
