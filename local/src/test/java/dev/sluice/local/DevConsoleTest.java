package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "\"$0\" \"$@\" & read -r _"));
    command.addAll(console());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(Map.of("SLUICE_PORT", "0", "SLUICE_DATA_DIR", "data"));
    return builder.start();
  }

  private List<String> console() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Dpekko.jvm-shutdown-hooks=off",
        "-classpath",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        DevConsole.class.getName(),
        directory.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "SLUICE_DATA_DIR, a-file, is a file",
    "SLUICE_DATA_DIR, a-file/below, cannot be used",
    "SLUICE_CONFIG, missing.yaml, SLUICE_CONFIG must be a file",
    "SLUICE_CONFIG, ., SLUICE_CONFIG must be a file"
  })
  void aWrongSetUpEndsInOneSentence(String variable, String value, String sentence)
      throws Exception {
    var _ = Files.writeString(directory.resolve("a-file"), "");
    ProcessBuilder builder = new ProcessBuilder(console()).redirectErrorStream(true);
    builder.environment().putAll(Map.of("SLUICE_PORT", "0", "SLUICE_DATA_DIR", "data"));
    builder.environment().put(variable, value);
    Process console = builder.start();
    try (BufferedReader output = console.inputReader(StandardCharsets.UTF_8)) {
      List<String> lines = output.readAllLines();

      assertThat(lines)
          .filteredOn(line -> line.startsWith("Sluice did not start: "))
          .singleElement()
          .asString()
          .contains(sentence, directory.resolve(value).normalize().toString());
      assertThat(lines).noneMatch(line -> line.startsWith("\tat "));
      assertThat(console.waitFor()).isOne();
    } finally {
      console.destroyForcibly();
    }
  }
}
