package dev.sluice.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// The packaged models file, with the address of this stack's demo upstream filled in.
final class DemoModels {

  private static final String RESOURCE = "/demo-models.yaml";
  private static final String PLACEHOLDER = "${demo_upstream_url}";

  private DemoModels() {}

  /// Writes the file into the data directory.
  ///
  /// @return its path
  static Path write(DataDirectory data, URI demoUpstream) {
    Path file = data.path().resolve("models.yaml");
    try (InputStream packaged =
        Objects.requireNonNull(DemoModels.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      String text = new String(packaged.readAllBytes(), StandardCharsets.UTF_8);
      return Files.writeString(file, text.replace(PLACEHOLDER, demoUpstream.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("The models file cannot be written to " + file, e);
    }
  }
}
