package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeployableModelsTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "    auth: none",
        "    auth: { secret: sluice/upstream/openai }",
        "    auth:\n      secret: 'sluice/upstream/openai'",
        "    auth: { secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:sluice/upstream/a-x1 }",
        "    # auth: { env: OPENAI_API_KEY }"
      })
  void keysThatFunctionsMayReadAreTaken(String line) {
    assertThatCode(() -> DeployableModels.check(file(line))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "    auth: { env: OPENAI_API_KEY }",
        "    auth:\n      env: OPENAI_API_KEY # mine"
      })
  void aVariableThatNoFunctionHasIsRefused(String line) {
    assertThatThrownBy(() -> DeployableModels.check(file(line)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(
            "models.yaml takes a key from the variable OPENAI_API_KEY, and functions have no such variable: make it a secret, auth: { secret: sluice/upstream/<name> }");
  }

  @Test
  void aSecretThatNoFunctionMayReadIsRefused() {
    assertThatThrownBy(() -> DeployableModels.check(file("    auth: { secret: openai }")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(
            "models.yaml takes a key from the secret openai, and functions may read only those below sluice/upstream/: call it sluice/upstream/<name>");
  }

  @Test
  void theFileOfTheRepositoryIsDeployable() {
    assertThatCode(() -> DeployableModels.check(Path.of("models.yaml"))).doesNotThrowAnyException();
  }

  private Path file(String line) throws IOException {
    return Files.writeString(
        directory.resolve("models.yaml"), "upstreams:\n  - name: openai\n" + line + "\n");
  }
}
