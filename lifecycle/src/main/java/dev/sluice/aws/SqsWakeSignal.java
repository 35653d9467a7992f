package dev.sluice.aws;

import dev.sluice.request.WakeSignal;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The wake queue on SQS, whose messages say nothing but that there is work.
///
/// Whoever wakes has stored its work already and has a client that waits, so a signal takes a
/// second at most and its loss is counted, not told: the daemon's next tick finds the work.
public final class SqsWakeSignal implements WakeSignal, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SqsWakeSignal.class);

  /// With attempts and the pauses between them.
  private static final Duration LONGEST_WAKE = Duration.ofSeconds(1);

  /// Of one attempt, so that a connection which died unnoticed leaves time for another one.
  private static final Duration LONGEST_SILENCE = Duration.ofMillis(500);

  private static final String MESSAGE = "{}";

  private final SqsClient client;
  private final String queueUrl;
  private final Metrics metrics;

  SqsWakeSignal(SqsClient client, String queueUrl, Metrics metrics) {
    this.client = client;
    this.queueUrl = queueUrl;
    this.metrics = metrics;
  }

  /// A signal with a client of its own.
  ///
  /// @param endpoint a server other than AWS; null on AWS
  public static SqsWakeSignal connect(String queueUrl, @Nullable URI endpoint, Metrics metrics) {
    return new SqsWakeSignal(SqsClients.connect(endpoint, LONGEST_SILENCE), queueUrl, metrics);
  }

  @Override
  public void wake() {
    try {
      var _ =
          client.sendMessage(request ->
              request
                  .queueUrl(queueUrl)
                  .messageBody(MESSAGE)
                  .overrideConfiguration(limits -> limits.apiCallTimeout(LONGEST_WAKE)));
    } catch (RuntimeException e) {
      // Whatever it is: the work is stored, and an error would deny that to its client.
      metrics.count(Metric.WAKE_FAILURES);
      LOG.atWarn().setCause(e).log("The daemon was not woken; its next tick finds the work");
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
