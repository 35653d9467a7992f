package dev.sluice.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.completion.fn.CompletionHandler;
import dev.sluice.daemon.DaemonHandler;
import dev.sluice.emulators.BatchFunction;
import dev.sluice.emulators.ForkedFunction;
import dev.sluice.emulators.SandboxCommand;
import dev.sluice.emulators.SandboxListener;
import dev.sluice.emulators.SandboxSettings;
import dev.sluice.gateway.api.ApiFunction;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.gateway.runtime.InferenceRuntime;
import dev.sluice.telemetry.MetricSeries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The functions of the product in processes of their own, each on its own class path and
/// configured by its environment alone, as on Lambda.
///
/// Their figures are read from their output; the rest of it is in `logs/<function>.log` of the data
/// directory.
final class ForkedFunctions implements Functions, SandboxListener {

  private static final Logger LOG = LoggerFactory.getLogger(ForkedFunctions.class);
  private static final Executor STARTS =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("start-", 0).factory());

  private final MetricSeries metrics = new MetricSeries();
  private final MetricLines metricLines = new MetricLines(metrics);
  private final StackDescription description;
  private final FunctionLogs logs;
  private final List<ForkedFunction> all = new ArrayList<>();
  private final ForkedFunction inference;
  private final ForkedFunction api;
  private final ForkedFunction completion;
  private final ForkedFunction daemon;

  private ForkedFunctions(
      ForkSettings fork,
      Map<String, String> environment,
      DataDirectory data,
      StackDescription description) {
    this.description = description;
    this.logs = FunctionLogs.in(data.path().resolve("logs"));
    Path directory = directory(data.path().resolve("runtime"));
    List<Path> gateway = FunctionClassPath.of(InferenceFunction.class);
    inference =
        function(
            INFERENCE,
            SandboxCommand.underOwnRuntime(
                directory,
                gateway,
                InferenceRuntime.class.getName(),
                InferenceFunction.class.getName()),
            new Limits(fork.inferenceTimeout(), fork.maxSandboxes()),
            environment);
    api =
        function(
            API,
            SandboxCommand.underManagedRuntime(directory, gateway, ApiFunction.class.getName()),
            new Limits(Duration.ofSeconds(29), fork.maxSandboxes()),
            environment);
    completion =
        function(
            COMPLETION,
            SandboxCommand.underManagedRuntime(
                directory,
                FunctionClassPath.of(CompletionHandler.class),
                CompletionHandler.class.getName()),
            new Limits(Duration.ofSeconds(60), fork.maxSandboxes()),
            environment);
    daemon =
        function(
            DAEMON,
            SandboxCommand.underManagedRuntime(
                directory,
                FunctionClassPath.of(DaemonHandler.class),
                DaemonHandler.class.getName()),
            new Limits(DAEMON_LIMIT, fork.maxSandboxes()),
            environment);
  }

  /// How long one invocation may take, and how many may run at once.
  private record Limits(Duration timeout, int sandboxes) {}

  private ForkedFunction function(
      String name, SandboxCommand command, Limits limits, Map<String, String> environment) {
    ForkedFunction function =
        ForkedFunction.of(
            new SandboxSettings(name, command, environment, limits.timeout, limits.sandboxes),
            this);
    all.add(function);
    return function;
  }

  private static Path directory(Path path) {
    try {
      return Files.createDirectories(path);
    } catch (IOException e) {
      throw new UncheckedIOException("No directory for the functions' processes", e);
    }
  }

  /// Starts one process of each function, so that the first call of each is a warm one.
  ///
  /// @param environment of all functions
  /// @throws IllegalStateException when a function does not start; its log says why
  static ForkedFunctions start(
      ForkSettings fork,
      Map<String, String> environment,
      DataDirectory data,
      StackDescription description) {
    ForkedFunctions functions = new ForkedFunctions(fork, environment, data, description);
    try {
      CompletableFuture.allOf(
              functions.all.stream()
                  .map(function -> CompletableFuture.runAsync(() -> warmUp(function), STARTS))
                  .toArray(CompletableFuture[]::new))
          .join();
      return functions;
    } catch (CompletionException e) {
      functions.close();
      throw new IllegalStateException(
          "A function did not start; see " + data.path().resolve("logs") + ": " + e.getCause(), e);
    }
  }

  private static void warmUp(ForkedFunction function) {
    try {
      function.warmUp();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public RequestStreamHandler inference() {
    return inference;
  }

  @Override
  public RequestStreamHandler api() {
    return api;
  }

  @Override
  public BatchFunction completion() {
    return BatchFunction.ofBytes(completion);
  }

  @Override
  public RequestStreamHandler daemon() {
    return daemon;
  }

  @Override
  public MetricSeries metrics() {
    return metrics;
  }

  @Override
  public void started(String functionName, long pid) {
    LOG.atInfo()
        .addKeyValue("function", functionName)
        .addKeyValue("pid", pid)
        .log("A function's process was started");
    describe(() -> description.processStarted(functionName, pid));
  }

  @Override
  public void ended(String functionName, long pid, int status) {
    LOG.atInfo()
        .addKeyValue("function", functionName)
        .addKeyValue("pid", pid)
        .addKeyValue("status", status)
        .log("A function's process has ended");
    describe(() -> description.processEnded(functionName, pid));
  }

  private static void describe(Runnable change) {
    try {
      change.run();
    } catch (UncheckedIOException e) {
      LOG.atWarn().setCause(e).log("dev.json does not name the latest processes");
    }
  }

  @Override
  public void wrote(String functionName, String line) {
    if (!metricLines.take(line)) {
      logs.write(functionName, line);
    }
  }

  @Override
  public void close() {
    all.forEach(ForkedFunction::close);
    try {
      logs.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("The functions' logs were not closed cleanly");
    }
  }
}
