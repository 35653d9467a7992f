package dev.sluice.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aws.SqsWakeSignal;
import dev.sluice.request.WakeSignal;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class QueueFactoryTest {

  private final MetricSeries metrics = new MetricSeries();

  @Test
  void theDaemonIsWokenThroughTheQueueThatIsSet() {
    try (ApplicationContext context =
        context(
            Map.of(
                "sluice.wake.url",
                "http://127.0.0.1:1/000000000000/wake",
                "sluice.queue.endpoint",
                "http://127.0.0.1:1"))) {
      assertThat(context.getBean(WakeSignal.class)).isInstanceOf(SqsWakeSignal.class);
    }
  }

  @Test
  void withoutAWakeQueueASignalDoesNothing() {
    try (ApplicationContext context = context(Map.of())) {
      context.getBean(WakeSignal.class).wake();

      assertThat(metrics.snapshot()).isEmpty();
    }
  }

  private ApplicationContext context(Map<String, Object> properties) {
    return ApplicationContext.builder()
        .deduceEnvironment(false)
        .banner(false)
        .properties(properties)
        .singletons(metrics)
        .start();
  }
}
