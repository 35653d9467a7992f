package dev.sluice.wiring;

import dev.sluice.aws.SqsCompletionQueue;
import dev.sluice.aws.SqsWakeSignal;
import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.CompletionRecorder;
import dev.sluice.completion.ObjectStore;
import dev.sluice.request.Pause;
import dev.sluice.request.WakeSignal;
import dev.sluice.telemetry.Metrics;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sending sides of the queues. That of completions is absent in functions that are not told
/// its URL; without the URL of the other one the daemon is not woken.
@Factory
final class QueueFactory {

  private static final Logger LOG = LoggerFactory.getLogger(QueueFactory.class);

  /// @param endpoint a server other than AWS, null on AWS
  @Singleton
  @Bean(preDestroy = "close")
  @Requires(property = "sluice.queue.url")
  SqsCompletionQueue completionQueue(
      @Property(name = "sluice.queue.url") String url,
      @Property(name = "sluice.queue.endpoint") @Nullable URI endpoint) {
    return SqsCompletionQueue.connect(url, endpoint);
  }

  /// @param endpoint a server other than AWS, null on AWS
  @Singleton
  @Bean(preDestroy = "close")
  @Requires(property = "sluice.wake.url")
  SqsWakeSignal wakeSignal(
      @Property(name = "sluice.wake.url") String url,
      @Property(name = "sluice.queue.endpoint") @Nullable URI endpoint,
      Metrics metrics) {
    return SqsWakeSignal.connect(url, endpoint, metrics);
  }

  @Singleton
  @Requires(missingProperty = "sluice.wake.url")
  WakeSignal noWakeSignal() {
    LOG.atInfo().log("No wake queue is set: what is queued waits for the daemon's next tick");
    return () -> {};
  }

  /// @param retryFor how long the end of an answer waits for the queue before its record is spilled
  @Singleton
  @Requires(beans = {CompletionQueue.class, ObjectStore.class})
  CompletionRecorder completionRecorder(
      CompletionQueue queue,
      ObjectStore objects,
      Metrics metrics,
      SecureRandom jitter,
      Pause pause,
      @Value("${sluice.queue.retry-for:10s}") Duration retryFor) {
    return new CompletionRecorder(queue, objects, metrics, jitter, pause, retryFor);
  }
}
