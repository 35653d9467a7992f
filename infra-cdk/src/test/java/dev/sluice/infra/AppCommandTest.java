package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The command of `cdk.json` takes the functions' packages as they lie there, and needs none of
/// their modules: so that it comes after them, it must come last, one module at a time. Earlier it
/// would deploy the packages of the build before.
final class AppCommandTest {

  @Test
  void templatesAreWrittenWhenThePackagesAre() throws IOException {
    assertThat(Files.readString(Path.of("..", "cdk.json"))).contains("./mvnw ", " -T1 ");
    assertThat(Files.readString(Path.of("..", "pom.xml")))
        .containsPattern("<module>infra-cdk</module>\\s*</modules>");
  }
}
