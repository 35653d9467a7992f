package dev.sluice.infra;

import dev.sluice.infra.Sizes.BatchSize;
import dev.sluice.infra.Sizes.FunctionSize;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.amazon.awscdk.services.sqs.DeadLetterQueue;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.constructs.Construct;

/// The queues, each with its dead-letter queue, and the bucket for what is too large for them or
/// could not be sent.
public final class QueuesStack extends Stack {

  /// After which a body is not needed: its record is in the database, with the body, or was given
  /// up. Four days in the queue, fourteen in the dead-letter queue, and time to see to the latter.
  private static final Duration LONGEST_BODY = Duration.days(90);

  private final Queue completions;
  private final Queue completionsDead;
  private final Queue wakes;
  private final Queue wakesDead;
  private final Bucket objects;

  QueuesStack(Construct scope, DeploymentContext context) {
    super(scope, context.name("queues"), context.stack("queues"));
    Sizes sizes = context.sizes();
    completionsDead = deadLetters("CompletionsDead");
    completions = queue("Completions", sizes.completions(), sizes.completion(), completionsDead);
    wakesDead = deadLetters("WakesDead");
    wakes = queue("Wakes", sizes.wakes(), sizes.daemon(), wakesDead);
    objects = bucket(context.profile());
  }

  private Queue queue(String id, BatchSize batches, FunctionSize consumer, Queue dead) {
    return Queue.Builder.create(this, id)
        .encryption(QueueEncryption.SQS_MANAGED)
        .enforceSsl(true)
        .visibilityTimeout(Durations.of(batches.visibility(consumer)))
        .retentionPeriod(Durations.of(batches.retention()))
        .deadLetterQueue(
            DeadLetterQueue.builder().queue(dead).maxReceiveCount(batches.maxReceives()).build())
        .build();
  }

  private Queue deadLetters(String id) {
    return Queue.Builder.create(this, id)
        .encryption(QueueEncryption.SQS_MANAGED)
        .enforceSsl(true)
        .retentionPeriod(Duration.days(14))
        .build();
  }

  private Bucket bucket(Profile profile) {
    Bucket.Builder builder =
        Bucket.Builder.create(this, "Objects")
            .encryption(BucketEncryption.S3_MANAGED)
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
            .enforceSsl(true)
            .lifecycleRules(lifecycle());
    Bucket bucket =
        switch (profile) {
          // Emptied by a function of the kit when its stack goes, or the stack could not go.
          case DEV -> builder.removalPolicy(RemovalPolicy.DESTROY).autoDeleteObjects(true).build();
          case PROD -> builder.removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE).build();
        };
    Findings.stand(
        bucket,
        "AwsSolutions-S1",
        "Functions alone read and write it, and log what they do; nobody else has an address in it.");
    return bucket;
  }

  /// Bodies lie below the id of their account, a UUID, and expire; spilled records lie below
  /// `spill/` and never do, because nothing but the daemon knows that one was sent. A rule can name
  /// prefixes only, so there is one for each digit that an id may begin with.
  private static List<LifecycleRule> lifecycle() {
    List<LifecycleRule> rules = new ArrayList<>();
    rules.add(
        LifecycleRule.builder()
            .id("unfinished-uploads")
            .abortIncompleteMultipartUploadAfter(Duration.days(1))
            .build());
    for (char digit : "0123456789abcdef".toCharArray()) {
      rules.add(
          LifecycleRule.builder()
              .id("bodies-" + digit)
              .prefix(String.valueOf(digit))
              .expiration(LONGEST_BODY)
              .build());
    }
    return rules;
  }

  /// Records of answers, for the completion function.
  public Queue completions() {
    return completions;
  }

  /// Records that could not be stored.
  public Queue completionsDead() {
    return completionsDead;
  }

  /// Signals that there is work, for the daemon.
  public Queue wakes() {
    return wakes;
  }

  /// Signals whose runs failed.
  public Queue wakesDead() {
    return wakesDead;
  }

  /// Large bodies, and spilled records below `spill/`.
  public Bucket objects() {
    return objects;
  }
}
