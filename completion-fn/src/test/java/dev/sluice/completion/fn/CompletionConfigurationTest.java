package dev.sluice.completion.fn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CompletionConfigurationTest {

  @Test
  void defaultsSuitTheEventSource() {
    try (ApplicationContext context = ApplicationContext.run()) {
      assertThat(context.getBean(CompletionConfiguration.class))
          .isEqualTo(
              new CompletionConfiguration(Duration.ofSeconds(5), Duration.ofSeconds(60), 10, 100));
    }
  }

  @Test
  void explicitValuesWin() {
    Map<String, Object> properties =
        Map.of(
            "sluice.completion.answer-margin",
            "2s",
            "sluice.completion.time-limit",
            "20s",
            "sluice.completion.quarantine-after",
            3,
            "sluice.completion.full-batch",
            50);
    try (ApplicationContext context = ApplicationContext.run(properties)) {
      assertThat(context.getBean(CompletionConfiguration.class))
          .isEqualTo(
              new CompletionConfiguration(Duration.ofSeconds(2), Duration.ofSeconds(20), 3, 50));
    }
  }

  @Test
  void valuesThatCannotWorkAreRefused() {
    Duration second = Duration.ofSeconds(1);

    assertThatThrownBy(() -> new CompletionConfiguration(second, second, 10, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CompletionConfiguration(second, second.multipliedBy(2), 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CompletionConfiguration(second, second.multipliedBy(2), 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
