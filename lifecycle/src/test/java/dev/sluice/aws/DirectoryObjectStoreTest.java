package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
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
  void aListingLooksOnlyWhereItsPrefixAndItsPagePoint() {
    var wanted = new DirectoryObjectStore.Wanted("spill/a", "spill/ab/5", 10);

    assertThat(
            Stream.of("bodies/", "spill/", "spill/a/", "spill/aa/", "spill/ab/", "spill/ac/", "z/")
                .filter(wanted::mayBeIn))
        .containsExactly("spill/", "spill/ab/", "spill/ac/");
  }

  @Test
  void whatOthersPutIntoTheDirectoryIsNoObject() throws IOException {
    Files.createDirectories(directory.resolve("spill/00 odd"));
    Files.writeString(directory.resolve("spill/00 odd/a b.json"), "{}");
    store().put("spill/a", new byte[1]);

    assertThat(store().list("spill/", 10)).containsExactly("spill/a");
  }

  @Test
  void foldersThatAreEmptyGoWithTheirLastObject() throws IOException {
    store().put("spill/a/1/x", new byte[1]);
    store().put("spill/a/2/x", new byte[1]);

    store().delete("spill/a/1/x");
    assertThat(directory.resolve("spill/a/1")).doesNotExist();
    assertThat(store().list("spill/", 10)).containsExactly("spill/a/2/x");

    store().delete("spill/a/2/x");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anObjectIsKeptWhileItsFolderIsRemovedAgainAndAgain() throws InterruptedException {
    ObjectStore store = store();
    AtomicBoolean over = new AtomicBoolean();
    Thread sweeper =
        Thread.ofVirtual()
            .start(() -> {
              while (!over.get()) {
                store.put("spill/a/other", new byte[1]);
                store.delete("spill/a/other");
              }
            });

    for (int i = 0; i < 300; i++) {
      store.put("spill/a/" + i, new byte[] {1});
      assertThat(store.get("spill/a/" + i)).contains(new byte[] {1});
      store.delete("spill/a/" + i);
    }
    over.set(true);
    sweeper.join();

    assertThat(store.list("spill/", 10)).isEmpty();
  }

  @Test
  void aDiskThatRefusesIsAFault() throws IOException {
    Files.writeString(directory.resolve("a"), "a file where a folder is needed");

    assertThatThrownBy(() -> store().put("a/b", new byte[0]))
        .isInstanceOf(UncheckedIOException.class);
  }
}
