package dev.sluice.local;

import dev.sluice.emulators.CodeOrigin;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The class path of one function alone, as it would be deployed.
final class FunctionClassPath {

  private static final String FILE = "runtime.classpath";

  private FunctionClassPath() {}

  /// The function's own classes first, then what the build of its module wrote beside them.
  ///
  /// @param member any class of the function's module
  /// @throws IllegalStateException when the module was built without its class path
  static List<Path> of(Class<?> member) {
    Path own = CodeOrigin.of(member);
    Path file = own.resolveSibling(FILE);
    if (!Files.exists(file)) {
      throw new IllegalStateException(
          file + " is missing; ./mvnw process-classes writes it, which SLUICE_FORK needs");
    }
    List<Path> all = new ArrayList<>();
    all.add(own);
    try {
      for (String entry : Files.readString(file).strip().split(File.pathSeparator, -1)) {
        all.add(Path.of(entry));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
    return List.copyOf(all);
  }
}
