package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DirectoryObjectStoreTest extends ObjectStoreContract {

  @TempDir private Path directory;

  @Override
  ObjectStore store() {
    return new DirectoryObjectStore(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../outside", "/etc/passwd", "a/../../b", "a//b", "", "a/.hidden", "a b"})
  void aNameThatCouldLeaveTheDirectoryIsRefused(String name) {
    assertThatThrownBy(() -> store().put(name, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noDraftIsLeftBehind() throws IOException {
    store().put("a/b/c", new byte[1000]);

    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile)).containsExactly(directory.resolve("a/b/c"));
    }
  }

  @Test
  void aDiskThatRefusesIsAFault() throws IOException {
    Files.writeString(directory.resolve("a"), "a file where a folder is needed");

    assertThatThrownBy(() -> store().put("a/b", new byte[0]))
        .isInstanceOf(UncheckedIOException.class);
  }
}
