package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.exceptions.BeanInstantiationException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DaemonConfigurationTest {

  @Test
  void defaultsSuitTheLongestGateway() {
    try (ApplicationContext context = ApplicationContext.run()) {
      assertThat(context.getBean(DaemonConfiguration.class))
          .isEqualTo(
              new DaemonConfiguration(
                  Duration.ofMinutes(20),
                  500,
                  Duration.ofSeconds(2),
                  100,
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(20)));
    }
  }

  @Test
  void explicitValuesWin() {
    Map<String, Object> properties =
        Map.of(
            "sluice.daemon.gateway-lost-after", "3s",
            "sluice.daemon.rescue-page", 7,
            "sluice.daemon.rescue-statement-timeout", "1s",
            "sluice.daemon.sweep-page", 8,
            "sluice.daemon.sweep-time", "4s",
            "sluice.daemon.heartbeat-every", "5s",
            "sluice.daemon.stop-margin", "8s");
    try (ApplicationContext context = ApplicationContext.run(properties)) {
      assertThat(context.getBean(DaemonConfiguration.class))
          .isEqualTo(
              new DaemonConfiguration(
                  Duration.ofSeconds(3),
                  7,
                  Duration.ofSeconds(1),
                  8,
                  Duration.ofSeconds(4),
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(8)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gateway-lost-after, 0s",
    "rescue-page, 0",
    "rescue-statement-timeout, 20s",
    "rescue-statement-timeout, 0s",
    "sweep-page, 0",
    "sweep-page, 1001",
    "sweep-time, 0s",
    "heartbeat-every, 0s",
    "stop-margin, 2s",
    "stop-margin, 7s"
  })
  void valuesThatCannotWorkAreRefused(String name, String value) {
    try (ApplicationContext context =
        ApplicationContext.run(Map.<String, Object>of("sluice.daemon." + name, value))) {
      assertThatThrownBy(() -> context.getBean(DaemonConfiguration.class))
          .isInstanceOf(BeanInstantiationException.class)
          .hasStackTraceContaining("sluice.daemon.");
    }
  }
}
