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

/// The queues `completions` and `wake` on an SQS server, each with its dead-letter queue, which has
/// the same name and `-dlq`.
///
/// Safe for use by several threads. Every method may end in an
/// [software.amazon.awssdk.core.exception.SdkException].
public final class SqsQueues implements AutoCloseable {

  private static final Region REGION = Region.of(LambdaContext.REGION);
  private static final int RECEIVE_LIMIT = 10;

  private final SqsClient client;
  private final Pair completions;
  private final Pair wake;

  private SqsQueues(SqsClient client, Pair completions, Pair wake) {
    this.client = client;
    this.completions = completions;
    this.wake = wake;
  }

  /// A queue, and the one for what it gives up.
  private record Pair(Queue queue, Queue deadLetters) {}

  /// How the queues treat their messages.
  ///
  /// @param visibility how long a received message of `completions` stays hidden, in whole seconds
  /// @param maxReceiveCount after how many receives a message goes to the dead-letter queue
  /// @param wakeVisibility how long a received message of `wake` stays hidden; longer than a run of
  ///   the daemon
  public record Settings(Duration visibility, int maxReceiveCount, Duration wakeVisibility) {

    /// With the longest function time of Lambda and a minute for `wake`.
    public Settings(Duration visibility, int maxReceiveCount) {
      this(visibility, maxReceiveCount, Duration.ofMinutes(16));
    }

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

  /// The queues, made when they are missing; a repeat with the same settings changes nothing.
  public static SqsQueues create(URI endpoint, Settings settings) {
    return create(endpoint, "", settings);
  }

  /// The same for one of several users of a server.
  ///
  /// @param prefix of the names of the queues
  public static SqsQueues create(URI endpoint, String prefix, Settings settings) {
    SqsClient client = client(endpoint);
    int receives = settings.maxReceiveCount();
    return new SqsQueues(
        client,
        pair(client, prefix + "completions", settings.visibility(), receives),
        pair(client, prefix + "wake", settings.wakeVisibility(), receives));
  }

  private static Pair pair(SqsClient client, String name, Duration visibility, int receives) {
    Queue deadLetters =
        create(
            client,
            name + "-dlq",
            Map.of(
                QueueAttributeName.MESSAGE_RETENTION_PERIOD,
                String.valueOf(Duration.ofDays(14).toSeconds())));
    String redrive =
        "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":\"%d\"}"
            .formatted(deadLetters.arn(), receives);
    Queue queue =
        create(
            client,
            name,
            Map.of(
                QueueAttributeName.VISIBILITY_TIMEOUT,
                String.valueOf(visibility.toSeconds()),
                QueueAttributeName.REDRIVE_POLICY,
                redrive));
    return new Pair(queue, deadLetters);
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
    return completions.queue();
  }

  /// What `completions` has given up.
  public Queue deadLetters() {
    return completions.deadLetters();
  }

  public Queue wake() {
    return wake.queue();
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

  /// The visible dead letters of `completions`, which stay where they are and visible.
  public List<Message> peekDeadLetters() {
    List<Message> messages = receiveAll(deadLetters());
    for (Message message : messages) {
      var _ =
          client.changeMessageVisibility(r ->
              r.queueUrl(deadLetters().url())
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
    List<Message> messages = receiveAll(deadLetters());
    for (Message message : messages) {
      var _ =
          client.sendMessage(r ->
              r.queueUrl(completions().url())
                  .messageBody(message.body())
                  .messageAttributes(message.messageAttributes()));
      var _ =
          client.deleteMessage(
              r -> r.queueUrl(deadLetters().url()).receiptHandle(message.receiptHandle()));
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
