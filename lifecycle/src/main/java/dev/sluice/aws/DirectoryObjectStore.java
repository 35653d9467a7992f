package dev.sluice.aws;

import dev.sluice.completion.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Objects as files below a directory. A file appears whole or not at all, and is on the disk
/// before [#put] returns.
public final class DirectoryObjectStore implements ObjectStore {

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

  private static final int MOST_TRIES = 10;

  private final Path directory;

  public DirectoryObjectStore(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  /// A sweeper removes folders that have become empty, and may do so between two steps of this;
  /// then all of it is done again.
  @Override
  public void put(String name, byte[] bytes) {
    Path file = file(name);
    try {
      for (int tries = 1; ; tries++) {
        try {
          write(file, bytes);
          return;
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
          if (tries == MOST_TRIES) {
            throw e;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The object store did not keep " + name, e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Path folder = file.resolveSibling(".").normalize();
    Path draft = file.resolveSibling("." + UUID.randomUUID() + ".draft");
    Files.createDirectories(folder);
    try (FileChannel channel =
        FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceFolder(folder);
  }

  /// The rename itself must survive a power cut, too.
  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Optional<byte[]> get(String name) {
    try {
      return Optional.of(Files.readAllBytes(file(name)));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("The object store did not read " + name, e);
    }
  }

  @Override
  public List<String> list(String prefix, String after, int limit) {
    List<String> names = new ArrayList<>();
    try {
      collect(directory, "", new Wanted(prefix, after, limit), names);
    } catch (IOException e) {
      throw new UncheckedIOException("The object store did not list " + prefix, e);
    }
    return List.copyOf(names);
  }

  /// Which names a listing asks for.
  record Wanted(String prefix, String after, int limit) {

    boolean has(String name) {
      return name.startsWith(prefix) && name.compareTo(after) > 0;
    }

    /// False when no name that begins with this folder is asked for.
    ///
    /// @param folder ends in a slash
    boolean mayBeIn(String folder) {
      return (folder.startsWith(prefix) || prefix.startsWith(folder))
          && (folder.compareTo(after) > 0 || after.startsWith(folder));
    }
  }

  /// Adds names in their order, and looks only into folders that may hold some. A file whose name
  /// no object can have is none: it was not put here, and could not be read.
  ///
  /// @param path of the folder as names have it: empty, or with a slash at its end
  private static void collect(Path folder, String path, Wanted wanted, List<String> names)
      throws IOException {
    for (String entry : entries(folder)) {
      if (names.size() >= wanted.limit()) {
        return;
      }
      String name = path + entry;
      if (!entry.endsWith("/")) {
        if (wanted.has(name) && NAME.matcher(name).matches()) {
          names.add(name);
        }
      } else if (wanted.mayBeIn(name)) {
        collect(folder.resolve(entry), name, wanted, names);
      }
    }
  }

  /// What is in a folder; folders end in a slash, as they do inside of names, so that this order is
  /// the order of the names below. A folder that is missing, or has just gone, is empty.
  private static List<String> entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .filter(file -> Files.isRegularFile(file) || Files.isDirectory(file))
          .map(file -> file.getFileName() + (Files.isDirectory(file) ? "/" : ""))
          .sorted()
          .toList();
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// Folders that it leaves empty go as well: a listing would look into them for ever.
  @Override
  public void delete(String name) {
    Path file = file(name);
    try {
      if (Files.deleteIfExists(file)) {
        deleteEmptyFolders(file.getParent());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The object store did not delete " + name, e);
    }
  }

  private void deleteEmptyFolders(@Nullable Path lowest) throws IOException {
    for (Path folder = lowest;
        folder != null && !folder.equals(directory);
        folder = folder.getParent()) {
      try {
        Files.deleteIfExists(folder);
      } catch (DirectoryNotEmptyException _) {
        return; // Somebody else's objects are in it.
      }
    }
  }

  private Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("Not an object name: " + name);
    }
    return directory.resolve(name);
  }
}
