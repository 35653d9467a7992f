package dev.sluice.local;

import dev.sluice.emulators.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/// The files of a server with an empty database of the newest schema, made once for all stacks of
/// this JVM: to copy them takes a tenth of the time in which PostgreSQL makes them.
final class DatabaseTemplate {

  private static final class Holder {
    static final Path FILES = make();
  }

  private DatabaseTemplate() {}

  /// Gives a stack that has no database yet a copy, which the stack takes for its own.
  ///
  /// @param dataDirectory of the stack
  static void giveTo(Path dataDirectory) {
    Path target = dataDirectory.resolve(StackDatabase.DIRECTORY);
    if (Files.exists(target)) {
      return;
    }
    try {
      Files.createDirectories(dataDirectory);
      copy(Holder.FILES, target);
    } catch (IOException e) {
      throw new UncheckedIOException("The files of a database could not be copied", e);
    }
  }

  private static Path make() {
    try {
      Path files = Files.createTempDirectory(Path.of("target"), "postgres-template");
      try (PostgresServer server = PostgresServer.start(files, 0)) {
        var _ = server.migratedDatabase(StackDatabase.NAME);
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException("No directory for the files of a database", e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            return copied(directory);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            return copied(file);
          }

          private FileVisitResult copied(Path source) throws IOException {
            Files.copy(
                source, to.resolve(from.relativize(source)), StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
