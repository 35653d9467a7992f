package dev.sluice.emulators;

import java.net.URISyntaxException;
import java.nio.file.Path;

/// Where code comes from.
public final class CodeOrigin {

  private CodeOrigin() {}

  /// The jar or the directory that a class was loaded from.
  ///
  /// @throws IllegalStateException when that is no path, as for code that is not on a class path
  public static Path of(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The place of " + type.getName() + " is not a path", e);
    }
  }
}
