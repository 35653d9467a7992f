package dev.sluice.infra;

import java.util.Map;
import software.amazon.awscdk.CustomResource;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.customresources.Provider;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/// The migration as a resource of the deployment: it runs when its artifact, its database or its
/// settings are others than before, and whatever serves traffic waits for it. A migration that
/// fails fails the deployment, and the functions stay as they were.
final class Migration extends Construct {

  private final CustomResource schema;

  Migration(Stack stack, DeploymentContext context, Function function, String databaseId) {
    super(stack, "Migrations");
    LogGroup logs =
        LogGroup.Builder.create(this, "Logs")
            .retention(LogRetention.of(context.sizes().logRetentionDays()))
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    Provider provider =
        Provider.Builder.create(this, "Provider").onEventHandler(function).logGroup(logs).build();
    Findings.stand(
        provider,
        "AwsSolutions-IAM4",
        "The kit's own function writes its logs by AWS's policy for that.");
    Findings.stand(
        provider,
        "AwsSolutions-IAM5",
        "The kit's own function calls the migration, whichever version of it.");
    schema =
        CustomResource.Builder.create(this, "Schema")
            .resourceType("Custom::SluiceSchema")
            .serviceToken(provider.getServiceToken())
            .properties(
                Map.of(
                    "artifact", Artifacts.fingerprint(context.artifacts().migrations()),
                    "database", databaseId,
                    "gatewayConnections", context.sizes().database().gatewayConnections()))
            .build();
  }

  /// What must not be there before the schema is: everything that lets work in.
  CustomResource schema() {
    return schema;
  }
}
