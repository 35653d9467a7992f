package dev.sluice.gateway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.FunctionErrorException;
import dev.sluice.emulators.Invocation;
import dev.sluice.emulators.RuntimeApi;
import dev.sluice.gateway.inference.InferenceFunction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One sandbox: the emulated Runtime API, and our runtime in a thread of this process.
final class TestingSandbox implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(20);
  static final String TRACE = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8";

  private final RuntimeApi api = RuntimeApi.start();
  private final FutureTask<Integer> runtime;

  private TestingSandbox(Function<RuntimeApi, Callable<Integer>> runtimeOfApi) {
    runtime = new FutureTask<>(runtimeOfApi.apply(api));
    var _ = Thread.ofPlatform().daemon().name("sandbox").start(runtime);
  }

  /// The loop alone, around any handler.
  static TestingSandbox looping(RequestStreamHandler handler) {
    return new TestingSandbox(api ->
        () -> {
          try (RuntimeClient client = new RuntimeClient(api.address())) {
            FunctionEnvironment environment = FunctionEnvironment.of(variables(api, "on-demand"));
            new RuntimeLoop(client, environment, handler, InstantSource.system()).serve();
            return 0;
          } catch (RuntimeApiGoneException _) {
            return InferenceRuntime.GONE;
          }
        });
  }

  /// The whole runtime, but for the priming.
  ///
  /// @param initialization `on-demand` or `snap-start`
  static TestingSandbox running(String initialization, Supplier<InferenceFunction> start) {
    return new TestingSandbox(api ->
        () ->
            InferenceRuntime.run(
                FunctionEnvironment.of(variables(api, initialization)), start, () -> {}));
  }

  /// The whole runtime with SnapStart.
  static TestingSandbox primed(Supplier<InferenceFunction> start) {
    return new TestingSandbox(
        api -> () -> InferenceRuntime.run(variables(api, "snap-start"), start));
  }

  static Map<String, String> variables(RuntimeApi api, String initialization) {
    return Map.of(
        "AWS_LAMBDA_RUNTIME_API", api.address(),
        "AWS_LAMBDA_FUNCTION_NAME", "gateway-inference",
        "AWS_LAMBDA_FUNCTION_VERSION", "7",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024",
        "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/gateway-inference",
        "AWS_LAMBDA_LOG_STREAM_NAME", "stream",
        "AWS_LAMBDA_INITIALIZATION_TYPE", initialization);
  }

  RuntimeApi api() {
    return api;
  }

  /// What the function answers, delimiter and all.
  String invoke(String id, String event)
      throws IOException, FunctionErrorException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    invoke(id, event, out);
    return out.toString(UTF_8);
  }

  void invoke(String id, String event, OutputStream out)
      throws IOException, FunctionErrorException, InterruptedException {
    invoke(id, TRACE, event, out);
  }

  /// An invocation without a trace id, so that the function makes one.
  String invokeUntraced(String id, String event)
      throws IOException, FunctionErrorException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    invoke(id, null, event, out);
    return out.toString(UTF_8);
  }

  private void invoke(String id, @Nullable String traceId, String event, OutputStream out)
      throws IOException, FunctionErrorException, InterruptedException {
    api.invoke(
        new Invocation(id, "arn:f", traceId, Instant.now().plusSeconds(60), event.getBytes(UTF_8)),
        out);
  }

  /// The status with which the process would end, which it does within [#SOON].
  int status() throws Exception {
    return runtime.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  /// Takes the Runtime API away and answers the status of the process.
  int end() throws Exception {
    api.close();
    return status();
  }

  @Override
  public void close() {
    api.close();
  }
}
