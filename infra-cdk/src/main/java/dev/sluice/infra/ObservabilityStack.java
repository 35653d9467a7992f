package dev.sluice.infra;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Dashboard;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sns.subscriptions.EmailSubscription;
import software.constructs.Construct;

/// Who watches the deployment: the dashboard, the alarms, and the topic that they write to.
public final class ObservabilityStack extends Stack {

  private static final ServicePrincipal CLOUD_WATCH =
      new ServicePrincipal("cloudwatch.amazonaws.com");

  ObservabilityStack(Construct scope, DeploymentContext context, Watched watched) {
    super(scope, context.name("observability"), context.stack("observability"));
    Topic topic = topic(context);
    Signals signals = new Signals(context, watched);
    signals.alarms(new Alarms(this, context, new SnsAction(topic)));
    Dashboard.Builder.create(this, "Dashboard")
        .dashboardName(context.name("dashboard"))
        .widgets(new Drawings(context, watched).rows())
        .build();
    output("Dashboard", "Figures of the deployment", link(context));
    output("AlarmTopic", "Where alarms are written to", topic.getTopicArn());
    output(
        "MonthlyIdleEstimate",
        "What it costs while nobody calls it; README.md, 'Cost'",
        CostCalculator.of(context).idle());
  }

  /// Encrypted with a key of its own: alarms cannot write to a topic under the account's default
  /// key, whose policy does not know them.
  private Topic topic(DeploymentContext context) {
    Map<String, Object> ofThisAccount =
        Map.of("StringEquals", Map.of("aws:SourceAccount", getAccount()));
    Key key =
        Key.Builder.create(this, "AlarmKey")
            .description("Sluice: the topic of alarms")
            .enableKeyRotation(true)
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    key.addToResourcePolicy(
        PolicyStatement.Builder.create()
            .sid("Alarms")
            .principals(List.of(CLOUD_WATCH))
            .actions(List.of("kms:Decrypt", "kms:GenerateDataKey*"))
            .resources(List.of("*"))
            .conditions(ofThisAccount)
            .build());
    Topic topic = Topic.Builder.create(this, "AlarmTopic").masterKey(key).enforceSsl(true).build();
    topic.addToResourcePolicy(
        PolicyStatement.Builder.create()
            .sid("Alarms")
            .principals(List.of(CLOUD_WATCH))
            .actions(List.of("sns:Publish"))
            .resources(List.of(topic.getTopicArn()))
            .conditions(ofThisAccount)
            .build());
    context
        .alarmEmail()
        .ifPresent(address -> topic.addSubscription(new EmailSubscription(address)));
    return topic;
  }

  private String link(DeploymentContext context) {
    return "https://%1$s.console.aws.amazon.com/cloudwatch/home?region=%1$s#dashboards/dashboard/%2$s"
        .formatted(getRegion(), context.name("dashboard"));
  }

  private void output(String id, String description, String value) {
    CfnOutput.Builder.create(this, id + "Output")
        .description(description)
        .value(value)
        .build()
        .overrideLogicalId(id);
  }
}
