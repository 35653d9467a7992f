package dev.sluice.local;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// A JSON file that only its owner may read. It is replaced as a whole.
record PrivateFile(Path path) {

  Optional<JsonObject> read() {
    try {
      return Files.exists(path)
          ? Optional.of(Json.objectOrEmpty(Files.readAllBytes(path)))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be read", e);
    }
  }

  void write(JsonObject content) {
    Path draft = path.resolveSibling(path.getFileName() + ".draft");
    try {
      Files.deleteIfExists(draft);
      Files.createFile(
          draft,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(draft, Json.write(content));
      Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be written", e);
    }
  }
}
