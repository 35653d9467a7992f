package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ForkSettingsTest {

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "0"})
  void forkModeIsOffUnlessItIsAskedFor(String fork) {
    assertThat(ForkSettings.ofEnvironment(Map.of())).isEmpty();
    assertThat(ForkSettings.ofEnvironment(Map.of("SLUICE_FORK", fork))).isEmpty();
  }

  @Test
  void aFunctionHasFourProcessesUnlessToldOtherwise() {
    assertThat(ForkSettings.ofEnvironment(Map.of("SLUICE_FORK", "1")))
        .map(ForkSettings::maxSandboxes)
        .contains(4);
    assertThat(ForkSettings.ofEnvironment(Map.of("SLUICE_FORK", "1", "SLUICE_FORK_MAX", " 7 ")))
        .map(ForkSettings::maxSandboxes)
        .contains(7);
  }

  @ParameterizedTest
  @CsvSource({
    "SLUICE_FORK, yes",
    "SLUICE_FORK, 4",
    "SLUICE_FORK_MAX, many",
    "SLUICE_FORK_MAX, 0",
    "SLUICE_FORK_MAX, -1",
    "SLUICE_FORK_MAX, 65"
  })
  void aWrongValueIsNamed(String variable, String value) {
    assertThatThrownBy(() -> ForkSettings.ofEnvironment(Map.of(variable, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(variable);
  }

  @Test
  void functionsGetTheirSettingsAndNothingElse() {
    ForkSettings settings =
        new ForkSettings(
            4,
            Map.of(
                "HOME", "/home/me",
                "OPENAI_API_KEY", "sk-1",
                "OTHER_KEY", "sk-2",
                "AWS_ACCESS_KEY_ID", "AK",
                "SLUICE_PORT", "0",
                "SLUICE_CONFIG", "models.yaml",
                "SLUICE_DAEMON_GATEWAY_LOST_AFTER", "5s",
                "SLUICE_ID_KEY", "overruled"));

    assertThat(
            settings.functionEnvironment(
                Map.of("sluice.id-key", "key", "datasources.default.url", "jdbc:x"),
                Set.of("OPENAI_API_KEY")))
        .isEqualTo(
            Map.of(
                "OPENAI_API_KEY", "sk-1",
                "AWS_ACCESS_KEY_ID", "AK",
                "SLUICE_DAEMON_GATEWAY_LOST_AFTER", "5s",
                "SLUICE_ID_KEY", "key",
                "DATASOURCES_DEFAULT_URL", "jdbc:x"));
    assertThat(settings.toString()).doesNotContain("sk-1");
  }
}
