package dev.sluice.gateway.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class GatewaySettingsTest {

  @Test
  void theDefaultsAreThoseOfTheDesign() {
    assertThat(settings(Map.of()))
        .isEqualTo(
            new GatewaySettings(
                6 * 1024 * 1024,
                Duration.ofSeconds(15),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(270),
                Duration.ofMinutes(14),
                Duration.ofSeconds(270),
                Duration.ofHours(1)));
  }

  @Test
  void everySettingCanBeGiven() {
    assertThat(
            settings(
                Map.of(
                    "sluice.gateway.max-body-bytes", 1,
                    "sluice.gateway.keep-alive", "4s",
                    "sluice.gateway.started-within", "5s",
                    "sluice.gateway.end-margin", "6s",
                    "sluice.gateway.max-total", "7s",
                    "sluice.gateway.max-stream-total", "8m",
                    "sluice.gateway.flex-wait", "9s",
                    "sluice.gateway.flex-window", "10m")))
        .isEqualTo(
            new GatewaySettings(
                1,
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                Duration.ofMinutes(8),
                Duration.ofSeconds(9),
                Duration.ofMinutes(10)));
  }

  @Test
  void nonsenseIsRefusedAtTheStart() {
    assertThatThrownBy(() -> settings(Map.of("sluice.gateway.max-body-bytes", 0)))
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> settings(Map.of("sluice.gateway.keep-alive", "0s")))
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
  }

  private static GatewaySettings settings(Map<String, Object> properties) {
    try (ApplicationContext context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .properties(properties)
            .start()) {
      return context.getBean(GatewaySettings.class);
    }
  }
}
