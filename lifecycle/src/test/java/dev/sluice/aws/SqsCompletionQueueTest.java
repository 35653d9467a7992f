package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.emulators.SqsQueues;
import dev.sluice.emulators.SqsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/// Against a server that speaks the protocol of SQS and keeps its limits.
final class SqsCompletionQueueTest {

  private SqsServer server;
  private SqsQueues queues;
  private SqsCompletionQueue queue;

  @BeforeEach
  void start() {
    server = SqsServer.start();
    queues =
        SqsQueues.create(server.endpoint(), new SqsQueues.Settings(Duration.ofSeconds(2), 100));
    queue = SqsCompletionQueue.connect(queues.completions().url(), server.endpoint());
  }

  @AfterEach
  void stop() {
    queue.close();
    queues.close();
    server.close();
  }

  @Test
  void aMessageArrivesAsItWasSent() {
    queue.send("{\"a\":\"\\u0000 \\ud83d\"}", Duration.ofSeconds(5));

    assertThat(received()).containsExactly("{\"a\":\"\\u0000 \\ud83d\"}");
  }

  @Test
  void aMessageOfTheLargestSizeIsTaken() {
    queue.send("x".repeat(queue.maxMessageBytes()), Duration.ofSeconds(5));

    assertThat(received()).hasSize(1);
  }

  @Test
  void aMessageAboveTheLargestSizeIsRefused() {
    assertThatThrownBy(
            () -> queue.send("x".repeat(queue.maxMessageBytes() + 1), Duration.ofSeconds(5)))
        .isInstanceOf(QueueUnavailableException.class);
  }

  @Test
  void aServerThatIsGoneIsReportedWithinTheTime() {
    assertThat(queue.isReachable()).isTrue();

    server.close();

    assertThatThrownBy(() -> queue.send("{}", Duration.ofSeconds(2)))
        .isInstanceOf(QueueUnavailableException.class);
    assertThatThrownBy(() -> queue.send("{}", Duration.ZERO))
        .as("a deadline that has passed")
        .isInstanceOf(QueueUnavailableException.class);
    assertThat(queue.isReachable()).isFalse();
  }

  @Test
  void aQueueThatDoesNotExistIsUnreachable() {
    try (SqsCompletionQueue missing =
        SqsCompletionQueue.connect(
            URI.create(queues.completions().url()).resolve("missing").toString(),
            server.endpoint())) {
      assertThat(missing.isReachable()).isFalse();
    }
  }

  /// As the URL connection client does when a connection is reset while a request is written.
  @Test
  void aConnectionThatBreaksUnderTheSdkIsReportedLikeAnyOtherFault() {
    SqsClient breaking =
        new SqsClient() {
          @Override
          public SendMessageResponse sendMessage(SendMessageRequest request) {
            throw new UncheckedIOException(new IOException("Error writing to server"));
          }

          @Override
          public GetQueueAttributesResponse getQueueAttributes(GetQueueAttributesRequest request) {
            throw new UncheckedIOException(new IOException("Error writing to server"));
          }

          @Override
          public String serviceName() {
            return SERVICE_NAME;
          }

          @Override
          public void close() {}
        };
    try (SqsCompletionQueue broken = new SqsCompletionQueue(breaking, "http://127.0.0.1/queue")) {
      assertThatThrownBy(() -> broken.send("{}", Duration.ofSeconds(1)))
          .isInstanceOf(QueueUnavailableException.class);
      assertThat(broken.isReachable()).isFalse();
    }
  }

  private List<String> received() {
    return queues
        .client()
        .receiveMessage(request -> request.queueUrl(queues.completions().url()).waitTimeSeconds(2))
        .messages()
        .stream()
        .map(Message::body)
        .toList();
  }
}
