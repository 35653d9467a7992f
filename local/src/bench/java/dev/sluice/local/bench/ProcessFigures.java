package dev.sluice.local.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// What a JVM has used since its start, as the system and the JVM itself count.
///
/// @param cpuMillis of all its threads
/// @param residentMegabytes of memory
/// @param classes loaded, those from an archive too
record ProcessFigures(double cpuMillis, double residentMegabytes, double classes) {

  /// Reads them from a running process.
  static ProcessFigures of(long pid) throws IOException, InterruptedException {
    return new ProcessFigures(cpuMillis(pid), residentMegabytes(pid), classes(pid));
  }

  /// @throws IllegalStateException when the process is gone
  static double cpuMillis(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow(() -> new IllegalStateException("The process " + pid + " is gone"))
        .toMillis();
  }

  /// The same without the CPU time of before.
  ProcessFigures since(double earlierCpuMillis) {
    return new ProcessFigures(cpuMillis - earlierCpuMillis, residentMegabytes, classes);
  }

  private static double residentMegabytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IOException("The system does not tell the memory of " + pid);
  }

  private static double classes(long pid) throws IOException, InterruptedException {
    Process counters =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "PerfCounter.print")
            .start();
    List<String> lines =
        new String(counters.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    var _ = counters.waitFor();
    return counter(lines, "java.cls.loadedClasses")
        + counter(lines, "java.cls.sharedLoadedClasses");
  }

  private static long counter(List<String> lines, String name) throws IOException {
    return lines.stream()
        .filter(line -> line.startsWith(name + "="))
        .map(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
        .findFirst()
        .orElseThrow(
            () -> new IOException(String.format(Locale.ROOT, "The JVM does not count %s", name)));
  }
}
