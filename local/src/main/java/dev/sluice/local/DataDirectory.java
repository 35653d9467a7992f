package dev.sluice.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// The directory of one dev stack, for its owner only, locked while the stack runs.
final class DataDirectory implements AutoCloseable {

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /// Makes the directory when it is missing, and locks it.
  ///
  /// @throws IllegalStateException when another stack runs in it, or it is no directory
  static DataDirectory open(Path path) {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new IllegalStateException("The data directory " + path + " is a file");
    }
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      FileChannel channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        throw new IllegalStateException("Another dev stack is running in " + path);
      }
      return new DataDirectory(path, channel);
    } catch (IOException e) {
      throw new UncheckedIOException("The data directory " + path + " cannot be used", e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      return false; // Another stack of this very process holds it.
    }
  }

  Path path() {
    return path;
  }

  PrivateFile file(String name) {
    return new PrivateFile(path.resolve(name));
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
