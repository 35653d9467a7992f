package dev.sluice.emulators;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// The queue `completions` and its dead-letter queue `completions-dlq` on an SQS server.
///
/// Safe for use by several threads. Every method may end in an
/// [software.amazon.awssdk.core.exception.SdkException].
public final class SqsQueues implements AutoCloseable {

  private static final Region REGION = Region.of(LambdaContext.REGION);
  private static final int RECEIVE_LIMIT = 10;

  private final SqsClient client;
  private final Queue completions;
  private final Queue deadLetters;

  private SqsQueues(SqsClient client, Queue completions, Queue deadLetters) {
    this.client = client;
    this.completions = completions;
    this.deadLetters = deadLetters;
  }

  /// How the queue `completions` treats its messages.
  ///
  /// @param visibility how long a received message stays hidden, in whole seconds
  /// @param maxReceiveCount after how many receives a message goes to the dead-letter queue
  public record Settings(Duration visibility, int maxReceiveCount) {

    /// What the tests use: two seconds, a hundred receives.
    public static final Settings TEST = new Settings(Duration.ofSeconds(2), 100);

    /// What the dev stack uses: ten seconds, a hundred receives.
    public static final Settings DEV = new Settings(Duration.ofSeconds(10), 100);
  }

  /// Where a queue is.
  public record Queue(String url, String arn) {}

  /// What a queue says that it holds; approximate as on AWS, exact on one server at rest.
  public record Counts(int visible, int inFlight, int delayed) {

    public int total() {
      return visible + inFlight + delayed;
    }
  }

  /// The two queues, made when they are missing; a repeat with the same settings changes nothing.
  public static SqsQueues create(URI endpoint, Settings settings) {
    SqsClient client = client(endpoint);
    Queue deadLetters =
        create(
            client,
            "completions-dlq",
            Map.of(
                QueueAttributeName.MESSAGE_RETENTION_PERIOD,
                String.valueOf(Duration.ofDays(14).toSeconds())));
    String redrive =
        "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":\"%d\"}"
            .formatted(deadLetters.arn(), settings.maxReceiveCount());
    Queue completions =
        create(
            client,
            "completions",
            Map.of(
                QueueAttributeName.VISIBILITY_TIMEOUT,
                String.valueOf(settings.visibility().toSeconds()),
                QueueAttributeName.REDRIVE_POLICY,
                redrive));
    return new SqsQueues(client, completions, deadLetters);
  }

  /// A client for this server, with credentials that a local server accepts. The caller closes it.
  public static SqsClient client(URI endpoint) {
    return SqsClient.builder()
        .endpointOverride(endpoint)
        .region(REGION)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  private static Queue create(
      SqsClient client, String name, Map<QueueAttributeName, String> attributes) {
    String url = client.createQueue(r -> r.queueName(name).attributes(attributes)).queueUrl();
    String arn =
        client
            .getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .getOrDefault(QueueAttributeName.QUEUE_ARN, "");
    return new Queue(url, arn);
  }

  public SqsClient client() {
    return client;
  }

  public Queue completions() {
    return completions;
  }

  public Queue deadLetters() {
    return deadLetters;
  }

  public Counts counts(Queue queue) {
    Map<QueueAttributeName, String> attributes =
        client
            .getQueueAttributes(r ->
                r.queueUrl(queue.url())
                    .attributeNames(
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
            .attributes();
    return new Counts(
        count(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES),
        count(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE),
        count(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED));
  }

  private static int count(Map<QueueAttributeName, String> attributes, QueueAttributeName name) {
    return Integer.parseInt(attributes.getOrDefault(name, "0"));
  }

  /// The visible dead letters, which stay where they are and visible.
  public List<Message> peekDeadLetters() {
    List<Message> messages = receiveAll(deadLetters);
    for (Message message : messages) {
      var _ =
          client.changeMessageVisibility(r ->
              r.queueUrl(deadLetters.url())
                  .receiptHandle(message.receiptHandle())
                  .visibilityTimeout(0));
    }
    return messages;
  }

  /// Moves the visible dead letters back to the queue `completions`; a failure in between may leave
  /// one message in both queues.
  ///
  /// @return how many were moved
  public int redrive() {
    List<Message> messages = receiveAll(deadLetters);
    for (Message message : messages) {
      var _ =
          client.sendMessage(r ->
              r.queueUrl(completions.url())
                  .messageBody(message.body())
                  .messageAttributes(message.messageAttributes()));
      var _ =
          client.deleteMessage(
              r -> r.queueUrl(deadLetters.url()).receiptHandle(message.receiptHandle()));
    }
    return messages.size();
  }

  private List<Message> receiveAll(Queue queue) {
    List<Message> messages = new ArrayList<>();
    List<Message> received;
    do {
      received = receive(queue, RECEIVE_LIMIT, 0);
      messages.addAll(received);
    } while (!received.isEmpty());
    return messages;
  }

  /// Takes up to ten messages with everything that is known about them, hidden for the time that
  /// the queue is set to.
  List<Message> receive(Queue queue, int limit, int waitSeconds) {
    return client
        .receiveMessage(r ->
            r.queueUrl(queue.url())
                .maxNumberOfMessages(Math.min(limit, RECEIVE_LIMIT))
                .waitTimeSeconds(waitSeconds)
                .messageAttributeNames("All")
                .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
        .messages();
  }

  @Override
  public void close() {
    client.close();
  }
}
