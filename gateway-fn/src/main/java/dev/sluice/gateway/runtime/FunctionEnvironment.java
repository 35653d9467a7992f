package dev.sluice.gateway.runtime;

import java.util.Map;

/// What Lambda tells a function about itself in its environment (AWS, "Defined runtime environment
/// variables"); empty where it is silent, as outside of Lambda.
///
/// @param runtimeApi host and port
/// @param snapStart true when the instance is to be stored after its start and copied
record FunctionEnvironment(
    String runtimeApi,
    String functionName,
    String functionVersion,
    int memoryMegabytes,
    String logGroup,
    String logStream,
    boolean snapStart) {

  /// @throws IllegalArgumentException without a Runtime API
  static FunctionEnvironment of(Map<String, String> variables) {
    String api = variables.getOrDefault("AWS_LAMBDA_RUNTIME_API", "");
    if (api.isBlank()) {
      throw new IllegalArgumentException(
          "AWS_LAMBDA_RUNTIME_API is not set: this process is started by Lambda or its emulator");
    }
    String memory = variables.getOrDefault("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0");
    return new FunctionEnvironment(
        api,
        variables.getOrDefault("AWS_LAMBDA_FUNCTION_NAME", ""),
        variables.getOrDefault("AWS_LAMBDA_FUNCTION_VERSION", ""),
        memory.matches("[0-9]{1,9}") ? Integer.parseInt(memory) : 0,
        variables.getOrDefault("AWS_LAMBDA_LOG_GROUP_NAME", ""),
        variables.getOrDefault("AWS_LAMBDA_LOG_STREAM_NAME", ""),
        variables.getOrDefault("AWS_LAMBDA_INITIALIZATION_TYPE", "").equals("snap-start"));
  }
}
