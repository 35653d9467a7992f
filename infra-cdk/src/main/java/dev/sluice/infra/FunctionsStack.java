package dev.sluice.infra;

import dev.sluice.infra.DeployedFunction.Place;
import dev.sluice.infra.Sizes.BatchSize;
import java.util.List;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.lambda.EventSourceMapping;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.LayerVersion;
import software.amazon.awscdk.services.sqs.Queue;
import software.constructs.Construct;
import software.constructs.IDependable;

/// The functions, their secrets, and what starts them but for API Gateway.
public final class FunctionsStack extends Stack {

  private final DeploymentContext context;
  private final DeployedFunction inference;
  private final DeployedFunction api;
  private final DeployedFunction completion;
  private final DeployedFunction daemon;
  private final Function migration;

  FunctionsStack(
      Construct scope,
      DeploymentContext context,
      NetworkStack network,
      DatabaseStack database,
      QueuesStack queues) {
    super(scope, context.name("functions"), context.stack("functions"));
    this.context = context;
    DeploymentSecrets secrets = DeploymentSecrets.in(this, context.profile());
    DaemonSchedule schedule = new DaemonSchedule(this, context);
    Plans plans =
        new Plans(
            context,
            new Permissions(this, database, queues, secrets),
            new Environments(context, database, queues, secrets));
    List<LayerVersion> models = List.of(ModelsLayer.of(this, context.models()));
    Place calling = new Place(this, context, network, network.callers(), models);
    Place writing = new Place(this, context, network, network.writers(), List.of());
    inference = DeployedFunction.restored(calling, plans.inference());
    api = DeployedFunction.restored(calling, plans.api());
    completion = DeployedFunction.restored(writing, plans.completion());
    daemon = DeployedFunction.restored(calling, plans.daemon(schedule.oneTime(this, context)));
    migration = DeployedFunction.plain(writing, plans.migration());
    start(queues, schedule, new Migration(this, context, migration, database.resourceId()));
    printAdminKey(secrets);
  }

  /// New versions go live, and work is taken, when the schema is what they expect.
  private void start(QueuesStack queues, DaemonSchedule schedule, Migration migrated) {
    IDependable schema = migrated.schema();
    for (DeployedFunction each : restored()) {
      each.alias().getNode().addDependency(schema);
    }
    Sizes sizes = context.sizes();
    take("Records", queues.completions(), completion, sizes.completions())
        .getNode()
        .addDependency(schema);
    take("Signals", queues.wakes(), daemon, sizes.wakes()).getNode().addDependency(schema);
    schedule.start(daemon.alias(), sizes.tick()).getNode().addDependency(schema);
  }

  private EventSourceMapping take(
      String id, Queue queue, DeployedFunction function, BatchSize batches) {
    EventSourceMapping mapping =
        EventSourceMapping.Builder.create(this, id)
            .target(function.alias())
            .eventSourceArn(queue.getQueueArn())
            .batchSize(batches.records())
            .maxBatchingWindow(Durations.of(batches.window()))
            .maxConcurrency(batches.maxConcurrency())
            .reportBatchItemFailures(true)
            .build();
    mapping.getNode().addDependency(function.role());
    return mapping;
  }

  private void printAdminKey(DeploymentSecrets secrets) {
    String arn = secrets.adminKey().getSecretArn();
    CfnOutput.Builder.create(this, "AdminKeySecret")
        .description("The secret with the first admin key")
        .value(arn)
        .build();
    CfnOutput.Builder.create(this, "ReadAdminKey")
        .description("Prints the first admin key")
        .value(
            "aws secretsmanager get-secret-value --query SecretString --output text --secret-id "
                + arn)
        .build();
  }

  /// Model calls and every answer that may be large: streamed.
  public DeployedFunction inference() {
    return inference;
  }

  /// Every other route: buffered.
  public DeployedFunction api() {
    return api;
  }

  public DeployedFunction completion() {
    return completion;
  }

  public DeployedFunction daemon() {
    return daemon;
  }

  /// Called once per deployment, and not through an alias.
  public Function migration() {
    return migration;
  }

  /// All that are called through their alias.
  public List<DeployedFunction> restored() {
    return List.of(inference, api, completion, daemon);
  }
}
