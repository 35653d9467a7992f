package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DevConsoleTest {

  @TempDir private Path directory;

  /// As when Maven is killed before the stack is up.
  @Test
  void theStackEndsWhenItsParentIsKilledWhileItStarts() throws Exception {
    try (WatchService watch = directory.getFileSystem().newWatchService()) {
      var _ = directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      Process parent = startBehindAParent();
      assertThat(watch.poll(60, TimeUnit.SECONDS)).as("the data directory").isNotNull();
      ProcessHandle console = parent.children().findFirst().orElseThrow();
      try {
        parent.destroyForcibly();

        assertThat(console.onExit().get(90, TimeUnit.SECONDS).isAlive()).isFalse();
      } finally {
        console.destroyForcibly();
      }
    }
  }

  /// A shell that has the stack for a child and waits.
  private Process startBehindAParent() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    "/bin/sh",
                    "-c",
                    "\"$0\" \"$@\" & read -r _",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dpekko.jvm-shutdown-hooks=off",
                    "-classpath",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    DevConsole.class.getName(),
                    directory.toString()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(Map.of("SLUICE_PORT", "0", "SLUICE_DATA_DIR", "data"));
    return builder.start();
  }
}
