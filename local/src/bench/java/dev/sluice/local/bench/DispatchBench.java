package dev.sluice.local.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What calls to model servers cost while hundreds and thousands of them are in flight: the engine
/// of the product, beside the JDK's HTTP client and bare sockets as the floor. Each runs in a
/// process of its own with the memory of a function, as does the upstream.
public final class DispatchBench {

  private static final int ROUNDS = 3;
  private static final List<String> ENGINES = List.of("bare", "sluice", "jdk");

  /// What is kept in flight. Latencies are such that each case offers the same number of calls or
  /// events a second, which two processors can serve.
  private static final List<Load> LOADS =
      List.of(
          new Load(400, "json", Duration.ofMillis(100)),
          new Load(400, "sse", Duration.ofMillis(400)),
          new Load(1_000, "json", Duration.ofMillis(250)),
          new Load(4_000, "json", Duration.ofSeconds(1)));

  private DispatchBench() {}

  private record Load(int inFlight, String form, Duration latency) {

    /// Little's law: no more can be answered in a second.
    double limit() {
      return inFlight * 1e9 / latency.toNanos();
    }
  }

  private record Figure(
      double rate, double micros, double megabytes, double descriptors, double failures) {

    static Figure of(String line) {
      double[] all = Arrays.stream(line.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
      return new Figure(all[0], all[1], all[2], all[3], all[4]);
    }
  }

  public static void main(String[] arguments) throws IOException {
    long most = descriptorLimit();
    for (Load load : LOADS) {
      if (most < load.inFlight + 200L) {
        System.out.println(load + " is left out: " + most + " descriptors are allowed");
      } else {
        run(load);
      }
    }
  }

  private static long descriptorLimit() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        return Long.parseLong(line.split(" +", -1)[4]);
      }
    }
    throw new IOException("The system tells no limit of descriptors");
  }

  private static void run(Load load) throws IOException {
    Map<String, List<Figure>> figures = new LinkedHashMap<>();
    Process upstream = java("DispatchUpstream", "400m", Long.toString(load.latency.toMillis()));
    try (BufferedReader port = upstream.inputReader()) {
      String told = port.readLine();
      for (int round = 0; round < ROUNDS; round++) {
        for (String engine : ENGINES) {
          Process calls =
              java(
                  "DispatchCalls",
                  "300m",
                  engine,
                  told,
                  Integer.toString(load.inFlight),
                  load.form);
          try (BufferedReader line = calls.inputReader()) {
            figures.computeIfAbsent(engine, _ -> new ArrayList<>()).add(Figure.of(line.readLine()));
          }
        }
      }
    } finally {
      upstream.destroy();
    }
    List<Figure> floor = figures.getOrDefault("bare", List.of());
    figures.forEach((engine, rounds) -> print(load, engine, rounds, floor));
  }

  private static void print(Load load, String engine, List<Figure> rounds, List<Figure> floor) {
    String name = engine + ", " + load.inFlight + " in flight, " + load.form + ", ";
    String floorMark = engine.equals("bare") ? "floor" : "";
    double[] micros = values(rounds, Figure::micros);
    double[] rates = values(rounds, Figure::rate);
    Figures.printRounds(
        name + "of Little's limit",
        values(rounds, figure -> figure.rate / load.limit()),
        "x",
        "0.90 " + floorMark);
    Figures.printRounds(
        name + "calls of bare sockets' calls",
        Figures.ratios(rates, values(floor, Figure::rate)),
        "x",
        floorMark);
    Figures.printRounds(name + "CPU a call", micros, "us", "250 " + floorMark);
    Figures.printRounds(
        name + "CPU of bare sockets' CPU",
        Figures.ratios(micros, values(floor, Figure::micros)),
        "x",
        floorMark);
    Figures.printRounds(
        name + "peak memory", values(rounds, Figure::megabytes), "MB", "300 " + floorMark);
    Figures.printRounds(name + "descriptors", values(rounds, Figure::descriptors), "", floorMark);
    Figures.printRounds(name + "failed calls", values(rounds, Figure::failures), "", floorMark);
  }

  private static double[] values(List<Figure> rounds, ToDoubleFunction<Figure> value) {
    return rounds.stream().mapToDouble(value).toArray();
  }

  /// With the flags of a function.
  private static Process java(String main, String heap, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx" + heap,
                "-cp",
                System.getProperty("java.class.path"),
                DispatchBench.class.getPackageName() + "." + main));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
