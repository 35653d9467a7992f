package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DevSettingsTest {

  private static final Path ROOT = Path.of("/somewhere/sluice");

  @Test
  void withoutAnythingSetEverythingIsEmbedded() {
    DevSettings settings = DevSettings.ofEnvironment(Map.of("SLUICE_CONFIG", " "), ROOT);

    assertThat(settings)
        .isEqualTo(
            new DevSettings(
                8080,
                ROOT.resolve(".sluice"),
                null,
                null,
                null,
                null,
                EmulatorTimes.DEV,
                Map.of(),
                null));
  }

  @Test
  void everyVariableCountsAndPathsStartAtTheProject() {
    DevSettings settings =
        DevSettings.ofEnvironment(
            Map.of(
                "SLUICE_PORT", "0",
                "SLUICE_DATA_DIR", "data",
                "SLUICE_CONFIG", "/etc/models.yaml",
                "SLUICE_DATABASE_URL", "jdbc:postgresql://host/db?user=me",
                "SLUICE_SQS_ENDPOINT", "http://host:4566",
                "SLUICE_AWS_ENDPOINT", "http://host:4567"),
            ROOT);

    assertThat(settings.port()).isZero();
    assertThat(settings.dataDirectory()).isEqualTo(ROOT.resolve("data"));
    assertThat(settings.modelsFile()).isEqualTo(Path.of("/etc/models.yaml"));
    assertThat(settings.databaseUrl()).isEqualTo("jdbc:postgresql://host/db?user=me");
    assertThat(settings.sqsEndpoint()).isEqualTo("http://host:4566");
    assertThat(settings.aws())
        .isEqualTo(new AwsServer(URI.create("http://host:4567"), AwsServer.PREFIX));
  }

  @ParameterizedTest
  @CsvSource({
    "SLUICE_PORT, http",
    "SLUICE_PORT, 70000",
    "SLUICE_PORT, -1",
    "SLUICE_DATABASE_URL, postgres://host/db",
    "SLUICE_AWS_ENDPOINT, host:4566",
    "SLUICE_AWS_ENDPOINT, 'http://a host'"
  })
  void aWrongValueIsNamed(String variable, String value) {
    assertThatThrownBy(() -> DevSettings.ofEnvironment(Map.of(variable, value), ROOT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(variable);
  }
}
