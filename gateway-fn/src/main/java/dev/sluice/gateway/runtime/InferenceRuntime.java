package dev.sluice.gateway.runtime;

import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.sandbox.Priming;
import io.micronaut.crac.OrderedResource;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process of [InferenceFunction] on Lambda: start, snapshot where the function has SnapStart,
/// then invocations until the Runtime API is gone.
public final class InferenceRuntime {

  private static final Logger LOG = LoggerFactory.getLogger(InferenceRuntime.class);

  /// A function that could not start or be restored, or that an [Error] made unfit: Lambda starts
  /// another.
  static final int FAILED = 1;

  /// The Runtime API has gone: the sandbox is being taken down.
  static final int GONE = 2;

  private InferenceRuntime() {}

  /// Configured by the environment; arguments mean nothing. Ends the process.
  public static void main(String[] arguments) {
    System.exit(run(System.getenv(), InferenceFunction::new));
  }

  /// Runs to the end and answers the status of the process.
  ///
  /// @param start makes the function; what it throws is reported as the failure of the start
  static int run(Map<String, String> variables, Supplier<InferenceFunction> start) {
    FunctionEnvironment environment = FunctionEnvironment.of(variables);
    return run(environment, start, new InferencePriming(environment));
  }

  /// @param priming is done before a snapshot
  static int run(
      FunctionEnvironment environment, Supplier<InferenceFunction> start, Priming priming) {
    try (RuntimeClient client = new RuntimeClient(environment.runtimeApi())) {
      InferenceFunction function;
      try {
        function = start.get();
      } catch (RuntimeException | LinkageError e) {
        LOG.atError().setCause(e).log("The function could not be started");
        client.initError(RuntimeError.ofInit(e));
        return FAILED;
      }
      try (function) {
        var _ = function.context().registerSingleton(Priming.class, priming);
        return serve(client, environment, function);
      }
    }
  }

  private static int serve(
      RuntimeClient client, FunctionEnvironment environment, InferenceFunction function) {
    try {
      if (environment.snapStart() && !restored(client, function)) {
        return FAILED;
      }
      InstantSource clock = function.context().getBean(InstantSource.class);
      new RuntimeLoop(client, environment, function, clock).serve();
      return GONE;
    } catch (RuntimeApiGoneException e) {
      LOG.atInfo().setCause(e).log("The Runtime API is gone");
      return GONE;
    } catch (Error e) {
      LOG.atError().setCause(e).log("The process is unfit to go on");
      return FAILED;
    }
  }

  /// Lets the snapshot be taken; answers whether the copy may serve.
  private static boolean restored(RuntimeClient client, InferenceFunction function)
      throws RuntimeApiGoneException {
    RestoreHooks hooks = new RestoreHooks(function.context().getBeansOfType(OrderedResource.class));
    try {
      hooks.beforeSnapshot();
    } catch (HookException e) {
      LOG.atError().setCause(e).log("The function could not be made ready for its snapshot");
      client.initError(RuntimeError.beforeSnapshot(e));
      return false;
    }
    client.awaitRestore();
    try {
      hooks.afterRestore();
      return true;
    } catch (HookException e) {
      LOG.atError().setCause(e).log("The function could not be restored");
      client.restoreError(RuntimeError.afterRestore(e));
      return false;
    }
  }
}
