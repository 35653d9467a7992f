package dev.sluice.local.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.emulators.Signal;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/// A process that keeps so many calls of one engine in flight, and prints what that took.
final class DispatchCalls {

  /// Until what is hot is compiled and every connection stands, on a busy machine too.
  private static final int WARM_UP_CALLS = 10_000;

  private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration MEASURED = Duration.ofMillis(2_500);

  private final LongAdder answers = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final OperatingSystemMXBean process =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private DispatchCalls() {}

  /// Measures once and ends.
  ///
  /// @param arguments engine, port, calls in flight, `sse` or `json`
  public static void main(String[] arguments) throws IOException, InterruptedException {
    DispatchEngine engine = DispatchEngine.of(arguments[0]);
    int port = Integer.parseInt(arguments[1]);
    boolean stream = arguments[3].equals("sse");
    byte[] body =
        ("{\"stream\":" + stream + ",\"text\":\"" + "word ".repeat(200) + "\"}").getBytes(UTF_8);
    DispatchCalls calls = new DispatchCalls();
    for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
      var _ = Thread.ofVirtual().start(() -> calls.callForEver(engine, port, body, stream));
    }
    calls.measure();
    Runtime.getRuntime().halt(0);
  }

  private void callForEver(DispatchEngine engine, int port, byte[] body, boolean stream) {
    while (!Thread.interrupted()) {
      try {
        var _ = engine.call(port, body, stream);
        answers.increment();
      } catch (IOException _) {
        failures.increment();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt(); // The loop ends.
      }
    }
  }

  private void measure() throws IOException, InterruptedException {
    Signal never = new Signal();
    long start = System.nanoTime();
    while (answers.sum() < WARM_UP_CALLS && System.nanoTime() - start < LONGEST_WARM_UP.toNanos()) {
      var _ = never.firedWithin(PAUSE);
    }
    long cpu = process.getProcessCpuTime();
    long count = answers.sum();
    long begin = System.nanoTime();
    var _ = never.firedWithin(MEASURED);
    double micros = (process.getProcessCpuTime() - cpu) / 1_000.0;
    double calls = answers.sum() - count;
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%f %f %d %d %d%n",
        calls / seconds,
        micros / calls,
        peakMegabytes(),
        descriptors(),
        failures.sum());
  }

  private static long peakMegabytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
              .filter(line -> line.startsWith("VmHWM"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .sum()
          / 1024;
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
