package dev.sluice.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The deployment packages of the functions: `<module>/target/<module>-lambda.zip` below one
/// directory.
///
/// @param directory the repository, or wherever else somebody has put them
public record Artifacts(Path directory) {

  /// Both functions behind API Gateway.
  public Path gateway() {
    return zip("gateway-fn");
  }

  public Path completion() {
    return zip("completion-fn");
  }

  public Path daemon() {
    return zip("daemon-fn");
  }

  public Path migrations() {
    return zip("migrations");
  }

  /// @throws IllegalArgumentException that says how to build it, when it is not there
  private Path zip(String module) {
    Path zip = directory.resolve(module, "target", module + "-lambda.zip");
    if (!Files.isRegularFile(zip)) {
      throw new IllegalArgumentException(
          "There is no %s; './mvnw package -DskipTests -pl %s -am' builds it"
              .formatted(zip, module));
    }
    return zip;
  }

  /// What changes when, and only when, the bytes of the file do: SHA-256 in hex.
  static String fingerprint(Path file) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
