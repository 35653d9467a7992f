package dev.sluice.local.bench;

import dev.sluice.emulators.ForkedFunction;
import dev.sluice.emulators.LambdaContext;
import dev.sluice.emulators.SandboxCommand;
import dev.sluice.emulators.SandboxListener;
import dev.sluice.emulators.SandboxSettings;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// From the start of a function's process to its first answer, through the Runtime API: time, CPU,
/// memory and classes, for four ways to start a JVM and for a snapshot that is restored; then a
/// warm call of each function beside one of a function that does nothing.
///
/// Functions run from their deployment packages, which `./mvnw package` makes. Each round starts
/// every function in every way once. An archive is made by a run with one call.
public final class ColdStartBench {

  private static final int ROUNDS = 5;
  private static final int WARM_UP_CALLS = 300;
  private static final int WARM_CALLS = 300;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final BenchStack stack;
  private final Map<String, String> environment;

  private ColdStartBench(BenchStack stack, Map<String, String> environment) {
    this.stack = stack;
    this.environment = environment;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (BenchStack stack = BenchStack.start();
        ScriptedUpstream model =
            ScriptedUpstream.startUnrecorded(0, _ -> UpstreamAnswer.json(200, COMPLETION))) {
      Map<String, String> environment = new HashMap<>();
      stack
          .functionProperties(model.uri())
          .forEach((name, value) ->
              environment.put(
                  name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'),
                  value.toString()));
      new ColdStartBench(stack, environment).run();
    }
    System.exit(0);
  }

  private static final String COMPLETION =
      """
      {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello."},"finish_reason":"stop"}]}\
      """;

  private void run() throws IOException, InterruptedException {
    BenchedFunctions functions = new BenchedFunctions(stack);
    List<BenchedFunction> product = functions.product();
    for (BenchedFunction function : product) {
      coldStarts(function);
      Figures.print(
          function.name() + ", deployment package",
          Files.size(Objects.requireNonNull(function.artifact())) / 1e6,
          "MB",
          "");
    }
    List<BenchedFunction> warm = new ArrayList<>(product);
    warm.addFirst(functions.bare());
    for (BenchedFunction function : warm) {
      Figures.printRounds(
          function.name() + ", warm call p50",
          warmMicros(function),
          "us",
          function.name().equals("bare") ? "floor" : "");
    }
  }

  private void coldStarts(BenchedFunction function) throws IOException, InterruptedException {
    for (StartMode mode : StartMode.values()) {
      if (mode.needsTraining()) {
        train(function, mode);
      }
    }
    Map<StartMode, List<ColdStart>> starts = new EnumMap<>(StartMode.class);
    for (int round = 0; round < ROUNDS; round++) {
      for (StartMode mode : StartMode.values()) {
        starts.computeIfAbsent(mode, _ -> new ArrayList<>()).add(coldStart(function, mode));
      }
    }
    starts.forEach((mode, measured) -> print(function.name() + ", " + mode.text(), measured));
    Figures.printRounds(
        function.name() + ", CPU with AOT cache to C1",
        Figures.ratios(
            cpuMillis(starts.getOrDefault(StartMode.AOT_CACHE, List.of())),
            cpuMillis(starts.getOrDefault(StartMode.C1, List.of()))),
        "x",
        "<=0.40");
  }

  private static double[] cpuMillis(List<ColdStart> starts) {
    return starts.stream().mapToDouble(start -> start.figures().cpuMillis()).toArray();
  }

  private static void print(String name, List<ColdStart> starts) {
    Figures.printRounds(
        name + ", wall", starts.stream().mapToDouble(ColdStart::wallMillis).toArray(), "ms", "");
    Figures.printRounds(name + ", CPU", cpuMillis(starts), "ms", "");
    Figures.printRounds(
        name + ", memory",
        starts.stream().mapToDouble(start -> start.figures().residentMegabytes()).toArray(),
        "MB",
        "<=128");
    Figures.printRounds(
        name + ", classes",
        starts.stream().mapToDouble(start -> start.figures().classes()).toArray(),
        "",
        "");
  }

  /// What one start took.
  private record ColdStart(double wallMillis, ProcessFigures figures) {}

  /// Notes the process; its output means nothing here.
  private static final class Watch implements SandboxListener {

    private volatile long pid;
    private volatile long snapshotNanos;
    private volatile double snapshotCpuMillis;

    @Override
    public void started(String functionName, long newPid) {
      pid = newPid;
    }

    @Override
    public void snapshot(String functionName, long snapshotPid) {
      snapshotCpuMillis = ProcessFigures.cpuMillis(snapshotPid);
      snapshotNanos = System.nanoTime();
    }

    @Override
    public void ended(String functionName, long endedPid, int status) {
      // The next start is another process.
    }

    @Override
    public void wrote(String functionName, String line) {
      if (line.contains("\"ERROR\"") || line.contains("Error occurred")) {
        System.err.println(functionName + ": " + line);
      }
    }
  }

  private ForkedFunction start(BenchedFunction function, SandboxCommand command, Watch watch) {
    return ForkedFunction.of(settings(function, command), watch);
  }

  private SandboxSettings settings(BenchedFunction function, SandboxCommand command) {
    return new SandboxSettings(function.name(), command, environment, LIMIT, 1);
  }

  private void train(BenchedFunction function, StartMode mode)
      throws IOException, InterruptedException {
    Watch watch = new Watch();
    List<String> words = mode.training(function.words(mode), archive(function, mode));
    try (ForkedFunction training = start(function, function.with(words), watch)) {
      call(function, training);
      // An archive is written at the end of a process that was asked to end.
      ProcessHandle process = ProcessHandle.of(watch.pid).orElseThrow();
      var _ = process.destroy();
      process.onExit().join();
    }
  }

  private Path archive(BenchedFunction function, StartMode mode) {
    return stack
        .directory()
        .resolve(function.name() + "-" + mode.name().toLowerCase(Locale.ROOT) + ".archive");
  }

  private ColdStart coldStart(BenchedFunction function, StartMode mode)
      throws IOException, InterruptedException {
    Watch watch = new Watch();
    SandboxSettings settings =
        settings(
            function, function.with(mode.measured(function.words(mode), archive(function, mode))));
    boolean isRestored = mode == StartMode.RESTORED;
    try (ForkedFunction cold =
        ForkedFunction.of(isRestored ? settings.withSnapStart() : settings, watch)) {
      long start = System.nanoTime();
      call(function, cold);
      long end = System.nanoTime();
      ProcessFigures figures = ProcessFigures.of(watch.pid);
      return isRestored
          ? new ColdStart((end - watch.snapshotNanos) / 1e6, figures.since(watch.snapshotCpuMillis))
          : new ColdStart((end - start) / 1e6, figures);
    }
  }

  private static void call(BenchedFunction function, ForkedFunction instance) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    instance.handleRequest(
        new ByteArrayInputStream(function.event().get()),
        answer,
        LambdaContext.starting(function.name(), UUID.randomUUID().toString(), null, LIMIT));
    String text = answer.toString(StandardCharsets.UTF_8);
    if (!function.isGood().test(text)) {
      throw new IllegalStateException(function.name() + " answered " + text);
    }
  }

  private double[] warmMicros(BenchedFunction function) throws IOException {
    double[] medians = new double[ROUNDS];
    try (ForkedFunction warm = start(function, function.command(), new Watch())) {
      for (int call = 0; call < WARM_UP_CALLS; call++) {
        call(function, warm);
      }
      for (int round = 0; round < ROUNDS; round++) {
        double[] micros = new double[WARM_CALLS];
        for (int call = 0; call < WARM_CALLS; call++) {
          long start = System.nanoTime();
          call(function, warm);
          micros[call] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(micros);
        medians[round] = micros[WARM_CALLS / 2];
      }
    }
    return medians;
  }
}
