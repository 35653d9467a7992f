package dev.sluice.wiring;

import dev.sluice.aws.SqsCompletionQueue;
import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.CompletionRecorder;
import dev.sluice.completion.ObjectStore;
import dev.sluice.request.Pause;
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
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;

/// The sending side of the completions queue; absent in functions without the SQS client.
@Factory
@Requires(classes = SqsClient.class)
final class QueueFactory {

  /// @param endpoint a server other than AWS, null on AWS
  @Singleton
  @Bean(preDestroy = "close")
  @Requires(property = "sluice.queue.url")
  SqsClient sqsClient(@Property(name = "sluice.queue.endpoint") @Nullable String endpoint) {
    SqsClientBuilder builder =
        SqsClient.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(2))
                    .socketTimeout(Duration.ofSeconds(5)));
    if (endpoint != null && !endpoint.isBlank()) {
      var _ = builder.endpointOverride(URI.create(endpoint));
    }
    return builder.build();
  }

  @Singleton
  @Requires(property = "sluice.queue.url")
  CompletionQueue completionQueue(
      SqsClient client, @Property(name = "sluice.queue.url") String url) {
    return new SqsCompletionQueue(client, url);
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
