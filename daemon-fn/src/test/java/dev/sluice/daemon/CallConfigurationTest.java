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

final class CallConfigurationTest {

  @Test
  void defaultsFitAFunctionOfFifteenMinutes() {
    try (ApplicationContext context = ApplicationContext.run()) {
      assertThat(context.getBean(CallConfiguration.class))
          .isEqualTo(
              new CallConfiguration(
                  400,
                  Duration.ofSeconds(30),
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(2),
                  Duration.ofMillis(500),
                  100,
                  Duration.ofMillis(50),
                  Duration.ofMinutes(5),
                  Duration.ofMinutes(15)));
    }
  }

  @Test
  void explicitValuesWin() {
    Map<String, Object> properties =
        Map.of(
            "sluice.daemon.slots", 7,
            "sluice.daemon.lease", "9s",
            "sluice.daemon.lease-every", "4s",
            "sluice.daemon.check-every", "3s",
            "sluice.daemon.claim-every", "200ms",
            "sluice.daemon.flush-rows", 8,
            "sluice.daemon.flush-every", "10ms",
            "sluice.daemon.drain-margin", "1m",
            "sluice.daemon.escalate-before", "2m");
    try (ApplicationContext context = ApplicationContext.run(properties)) {
      assertThat(context.getBean(CallConfiguration.class))
          .isEqualTo(
              new CallConfiguration(
                  7,
                  Duration.ofSeconds(9),
                  Duration.ofSeconds(4),
                  Duration.ofSeconds(3),
                  Duration.ofMillis(200),
                  8,
                  Duration.ofMillis(10),
                  Duration.ofMinutes(1),
                  Duration.ofMinutes(2)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "slots, 0",
    "lease, 20s",
    "lease-every, 0s",
    "check-every, 0s",
    "claim-every, 0s",
    "flush-rows, 0",
    "flush-every, 0s",
    "drain-margin, 0s",
    "escalate-before, 0s"
  })
  void valuesThatCannotWorkAreRefused(String name, String value) {
    try (ApplicationContext context =
        ApplicationContext.run(Map.<String, Object>of("sluice.daemon." + name, value))) {
      assertThatThrownBy(() -> context.getBean(CallConfiguration.class))
          .isInstanceOf(BeanInstantiationException.class)
          .hasStackTraceContaining("sluice.daemon.");
    }
  }
}
