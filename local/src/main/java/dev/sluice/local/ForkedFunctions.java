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
    inference = function(deployed(INFERENCE, fork, environment, directory));
    api = function(deployed(API, fork, environment, directory));
    completion = function(deployed(COMPLETION, fork, environment, directory));
    daemon = function(deployed(DAEMON, fork, environment, directory));
  }

  /// A function as it is deployed.
  ///
  /// @param name one of the names of [Functions]
  /// @param directory of its processes
  static SandboxSettings deployed(
      String name, ForkSettings fork, Map<String, String> environment, Path directory) {
    Duration timeout =
        switch (name) {
          case INFERENCE -> fork.inferenceTimeout();
          case API -> Duration.ofSeconds(29);
          case COMPLETION -> Duration.ofSeconds(60);
          case DAEMON -> DAEMON_LIMIT;
          default -> throw new IllegalArgumentException("There is no function " + name);
        };
    SandboxSettings settings =
        new SandboxSettings(
            name, command(name, directory), environment, timeout, fork.maxSandboxes());
    // A stop of the stack makes the daemon put back what it holds.
    return name.equals(DAEMON) ? settings.withInterrupts() : settings;
  }

  private static SandboxCommand command(String name, Path directory) {
    if (name.equals(INFERENCE)) {
      return SandboxCommand.underOwnRuntime(
          directory,
          FunctionClassPath.of(InferenceFunction.class),
          InferenceRuntime.class.getName(),
          InferenceFunction.class.getName());
    }
    Class<?> handler =
        switch (name) {
          case API -> ApiFunction.class;
          case COMPLETION -> CompletionHandler.class;
          default -> DaemonHandler.class;
        };
    return SandboxCommand.underManagedRuntime(
        directory, FunctionClassPath.of(handler), handler.getName());
  }

  private ForkedFunction function(SandboxSettings settings) {
    ForkedFunction function = ForkedFunction.of(settings, this);
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
