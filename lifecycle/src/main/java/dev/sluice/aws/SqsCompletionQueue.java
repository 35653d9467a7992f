package dev.sluice.aws;

import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.QueueUnavailableException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// The completions queue on SQS.
///
/// The JDK keeps connections between sends, and sees to it that none is used which a pause may have
/// ended: one that was idle for five seconds of the wall clock is not taken again, and before a
/// POST of known length the others are asked whether the server has closed them
/// (`sun.net.www.http.KeepAliveCache` and `HttpClient`, JDK 25; held by a test).
///
/// A connection that breaks while a request is written comes out of the SDK's URL connection client
/// as an [UncheckedIOException], neither wrapped nor repeated like its other faults.
public final class SqsCompletionQueue implements CompletionQueue, AutoCloseable {

  /// Amazon SQS, "Quotas related to messages", since August 2025.
  private static final int MAX_MESSAGE_BYTES = 1024 * 1024;

  /// Of one attempt. A send has more time than this, so that a connection which died unnoticed
  /// costs one attempt, and the next, on a new connection, is in time. A record that is sent twice
  /// makes one row.
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(2);

  private final SqsClient client;
  private final String queueUrl;

  public SqsCompletionQueue(SqsClient client, String queueUrl) {
    this.client = client;
    this.queueUrl = queueUrl;
  }

  /// A queue with a client of its own.
  ///
  /// @param endpoint a server other than AWS; null on AWS
  public static SqsCompletionQueue connect(String queueUrl, @Nullable URI endpoint) {
    return new SqsCompletionQueue(SqsClients.connect(endpoint, LONGEST_SILENCE), queueUrl);
  }

  @Override
  public void send(String message, Duration within) {
    try {
      var _ =
          client.sendMessage(request ->
              request
                  .queueUrl(queueUrl)
                  .messageBody(message)
                  .overrideConfiguration(limits -> limits.apiCallTimeout(positive(within))));
    } catch (SdkException | UncheckedIOException e) {
      throw new QueueUnavailableException("The completions queue did not take a record", e);
    }
  }

  /// The SDK takes no time-out of zero; a deadline that has passed is one that passes at once.
  private static Duration positive(Duration within) {
    return within.isPositive() ? within : Duration.ofMillis(1);
  }

  @Override
  public int maxMessageBytes() {
    return MAX_MESSAGE_BYTES;
  }

  @Override
  public boolean isReachable() {
    try {
      var _ =
          client.getQueueAttributes(request ->
              request
                  .queueUrl(queueUrl)
                  .attributeNames(QueueAttributeName.QUEUE_ARN)
                  .overrideConfiguration(limits -> limits.apiCallTimeout(Duration.ofSeconds(2))));
      return true;
    } catch (SdkException | UncheckedIOException _) {
      return false; // The caller's answer is the report: not reachable.
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
