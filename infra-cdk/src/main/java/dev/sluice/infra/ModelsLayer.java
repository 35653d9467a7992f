package dev.sluice.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.LayerVersion;
import software.amazon.awscdk.services.lambda.Runtime;
import software.constructs.Construct;

/// The models file as a layer of its own: changing it makes a new layer and new versions of the
/// functions, and leaves their code as it is.
final class ModelsLayer {

  /// Where functions find it.
  static final String PATH = "/opt/sluice/models.yaml";

  private ModelsLayer() {}

  static LayerVersion of(Construct scope, Path models) {
    try {
      Path content = Files.createTempDirectory("sluice-models");
      Path directory = Files.createDirectory(content.resolve("sluice"));
      Path copy = Files.copy(models, directory.resolve("models.yaml"));
      // Modes are packed, too, and a function is not the user who wrote the file.
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
      try {
        // The kit takes its own copy at once.
        return LayerVersion.Builder.create(scope, "Models")
            .description("Sluice: the models file")
            .code(Code.fromAsset(content.toString()))
            .compatibleRuntimes(List.of(Runtime.JAVA_25))
            .compatibleArchitectures(List.of(Architecture.ARM_64))
            .build();
      } finally {
        Files.delete(copy);
        Files.delete(directory);
        Files.delete(content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The models file " + models + " cannot be packed", e);
    }
  }
}
