package dev.sluice.wiring;

import dev.sluice.upstream.ModelCatalog;
import dev.sluice.upstream.ModelsFile;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The models, read once at start.
@Factory
final class ModelsFactory {

  /// @param config the path of the models file
  @Singleton
  @Requires(property = "sluice.config")
  ModelCatalog modelCatalog(@Property(name = "sluice.config") String config) {
    try {
      return ModelsFile.parse(
          Files.readString(Path.of(config)), variable -> System.getenv(variable) != null);
    } catch (IOException e) {
      throw new UncheckedIOException("The models file " + config + " cannot be read", e);
    }
  }
}
