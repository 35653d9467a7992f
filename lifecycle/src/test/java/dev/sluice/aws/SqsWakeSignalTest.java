package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.SqsQueues;
import dev.sluice.emulators.SqsServer;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Against a server that speaks the protocol of SQS, and against servers that fail.
final class SqsWakeSignalTest {

  private final MetricSeries metrics = new MetricSeries();

  @Test
  void eachWakeIsOneMessage() {
    try (SqsServer server = SqsServer.start();
        SqsQueues queues = SqsQueues.create(server.endpoint(), SqsQueues.Settings.TEST);
        SqsWakeSignal signal =
            SqsWakeSignal.connect(queues.completions().url(), server.endpoint(), metrics)) {
      signal.wake();
      signal.wake();

      assertThat(queues.counts(queues.completions()).visible()).isEqualTo(2);
      assertThat(failures()).isZero();
    }
  }

  @Test
  void aServerThatIsGoneCostsTheSignalAndIsCounted() {
    ScriptedUpstream gone = ScriptedUpstream.start(_ -> UpstreamAnswer.never());
    gone.close();
    try (SqsWakeSignal signal = signal(gone.port())) {
      signal.wake();

      assertThat(failures()).isEqualTo(1);
    }
  }

  @Test
  void aSilentServerHoldsUpNobodyForLong() {
    try (ScriptedUpstream silent = ScriptedUpstream.start(_ -> UpstreamAnswer.never());
        SqsWakeSignal signal = signal(silent.port())) {
      long before = System.nanoTime();

      signal.wake();

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
      assertThat(failures()).isEqualTo(1);
    }
  }

  @Test
  void aClosedSignalDoesNotThrow() {
    try (ScriptedUpstream server = ScriptedUpstream.start(_ -> UpstreamAnswer.json(500, "{}"))) {
      SqsWakeSignal signal = signal(server.port());
      signal.close();

      signal.wake();

      assertThat(failures()).isEqualTo(1);
    }
  }

  private SqsWakeSignal signal(int port) {
    URI endpoint = URI.create("http://127.0.0.1:" + port);
    return SqsWakeSignal.connect(endpoint + "/000000000000/wake", endpoint, metrics);
  }

  private long failures() {
    return metrics.snapshot().entrySet().stream()
        .filter(series -> series.getKey().metric() == Metric.WAKE_FAILURES)
        .mapToLong(series -> series.getValue().count())
        .sum();
  }
}
