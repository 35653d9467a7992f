package dev.sluice.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class UpstreamSettingsTest {

  @Test
  void theDefaultsAreThoseOfTheDesign() {
    assertThat(settings(Map.of()))
        .isEqualTo(new UpstreamSettings(32 * 1024 * 1024, 8 * 1024 * 1024));
  }

  @Test
  void everySettingCanBeGiven() {
    assertThat(
            settings(
                Map.of(
                    "sluice.upstream.max-response-bytes", 2,
                    "sluice.upstream.max-event-bytes", 3)))
        .isEqualTo(new UpstreamSettings(2, 3));
  }

  @Test
  void nonsenseIsRefusedAtTheStart() {
    assertThatThrownBy(() -> settings(Map.of("sluice.upstream.max-event-bytes", 0)))
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
  }

  private static UpstreamSettings settings(Map<String, Object> properties) {
    try (ApplicationContext context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .properties(properties)
            .start()) {
      return context.getBean(UpstreamSettings.class);
    }
  }
}
