package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Which tests the profile `localstack` runs.
final class BackingServicesTest {

  /// They bring the queue, the database or the functions that they disturb.
  private static final List<String> BRING_THEIR_OWN =
      List.of("CrashControlTest", "DatabaseCrashTest", "QueueStoppedTest", "RestoredArtifactTest");

  /// Processes are started, killed and frozen alike on whatever they stand.
  private static final String IN_PROCESSES_OF_THEIR_OWN = ".forked(";

  @Test
  void everyTestOfAStackInThisProcessIsOneUnlessItBringsWhatItDisturbs() throws IOException {
    List<String> forked = testsThat(IN_PROCESSES_OF_THEIR_OWN);

    assertThat(testsThat("TestingStack.start"))
        .filteredOn(name -> !forked.contains(name))
        .filteredOn(name -> !BRING_THEIR_OWN.contains(name))
        .hasSizeGreaterThan(10)
        .isEqualTo(testsThat("@Tag(BackingServices.TAG)"));
  }

  @Test
  void whatIsExceptedIsThere() throws IOException {
    assertThat(testsThat("")).containsAll(BRING_THEIR_OWN);
  }

  private static List<String> testsThat(String contain) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      List<Path> tests = files.filter(file -> file.toString().endsWith("Test.java")).toList();
      return tests.stream()
          .filter(file -> !file.endsWith("BackingServicesTest.java"))
          .filter(file -> text(file).contains(contain))
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .sorted()
          .toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(file + " cannot be read", e);
    }
  }
}
