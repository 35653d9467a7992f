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
                  500,
                  3,
                  Duration.ofHours(1),
                  Duration.ofSeconds(15),
                  100,
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(20),
                  Duration.ofMinutes(1)));
    }
  }

  @Test
  void aRunHasSeveralConnectionsUnlessItIsToldOtherwise() {
    Map<String, Object> one = Map.of("sluice.database.pool-size", 1);

    try (ApplicationContext standard = ApplicationContext.run();
        ApplicationContext told = ApplicationContext.run(one)) {
      assertThat(standard.getProperty("sluice.database.pool-size", Integer.class)).contains(4);
      assertThat(told.getProperty("sluice.database.pool-size", Integer.class)).contains(1);
    }
  }

  @Test
  void explicitValuesWin() {
    Map<String, Object> properties =
        Map.ofEntries(
            Map.entry("sluice.daemon.gateway-lost-after", "3s"),
            Map.entry("sluice.daemon.rescue-page", 7),
            Map.entry("sluice.daemon.rescue-statement-timeout", "1s"),
            Map.entry("sluice.daemon.expire-page", 9),
            Map.entry("sluice.daemon.max-crashes", 2),
            Map.entry("sluice.daemon.retention-every", "2m"),
            Map.entry("sluice.daemon.duty-every", "6s"),
            Map.entry("sluice.daemon.sweep-page", 8),
            Map.entry("sluice.daemon.sweep-time", "4s"),
            Map.entry("sluice.daemon.heartbeat-every", "5s"),
            Map.entry("sluice.daemon.stop-margin", "8s"),
            Map.entry("sluice.daemon.resume-wait", "11s"));
    try (ApplicationContext context = ApplicationContext.run(properties)) {
      assertThat(context.getBean(DaemonConfiguration.class))
          .isEqualTo(
              new DaemonConfiguration(
                  Duration.ofSeconds(3),
                  7,
                  Duration.ofSeconds(1),
                  9,
                  2,
                  Duration.ofMinutes(2),
                  Duration.ofSeconds(6),
                  8,
                  Duration.ofSeconds(4),
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(8),
                  Duration.ofSeconds(11)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gateway-lost-after, 0s",
    "rescue-page, 0",
    "rescue-statement-timeout, 20s",
    "rescue-statement-timeout, 0s",
    "expire-page, 0",
    "max-crashes, 0",
    "retention-every, 0s",
    "duty-every, 0s",
    "sweep-page, 0",
    "sweep-page, 1001",
    "sweep-time, 0s",
    "heartbeat-every, 0s",
    "stop-margin, 2s",
    "stop-margin, 7s",
    "resume-wait, 0s"
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
