package dev.sluice.infra;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.Effect;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.ApplicationLogLevel;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.LayerVersion;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.lambda.SystemLogLevel;
import software.amazon.awscdk.services.logs.LogGroup;

/// One function with what belongs to it alone: its role, its log group and the alias by which it is
/// called.
///
/// @param function the newest code, called by nobody but through the alias
/// @param alias the version that is live, restored from its snapshot
/// @param logs where it writes
/// @param role what it may do
public record DeployedFunction(Function function, Alias alias, LogGroup logs, Role role) {

  /// What a function is made of.
  ///
  /// @param name the last part of the function's name: `inference`
  /// @param handler the class
  /// @param artifact the zip
  /// @param environment names and sizes, never a secret
  /// @param allowed all that its code may do on AWS
  record Plan(
      String name,
      String handler,
      Path artifact,
      Sizes.FunctionSize size,
      Map<String, String> environment,
      List<PolicyStatement> allowed) {}

  /// Where functions are put.
  ///
  /// @param layers empty for a function that needs no models
  record Place(
      Stack stack,
      DeploymentContext context,
      NetworkStack network,
      SecurityGroup group,
      List<LayerVersion> layers) {}

  /// A function that is restored from a snapshot, and its live alias.
  static DeployedFunction restored(Place place, Plan plan) {
    LogGroup logs = logs(place, plan);
    Role role = role(place, plan, logs);
    Function function =
        builder(place, plan, logs, role).snapStart(SnapStartConf.ON_PUBLISHED_VERSIONS).build();
    Annotations.of(function)
        .acknowledgeWarning(
            "@aws-cdk/aws-lambda:snapStartRequirePublish", "The alias is of a published version.");
    Alias alias =
        Alias.Builder.create(place.stack(), id(plan) + "Live")
            .aliasName("live")
            .version(function.getCurrentVersion())
            .build();
    return new DeployedFunction(function, alias, logs, role);
  }

  /// A function that is called once per deployment, for which a snapshot would be a waste.
  static Function plain(Place place, Plan plan) {
    LogGroup logs = logs(place, plan);
    return builder(place, plan, logs, role(place, plan, logs)).build();
  }

  private static Function.Builder builder(Place place, Plan plan, LogGroup logs, Role role) {
    Function.Builder builder =
        Function.Builder.create(place.stack(), id(plan))
            .functionName(place.context().name(plan.name()))
            .description("Sluice: " + plan.name())
            .runtime(Runtime.JAVA_25)
            .architecture(Architecture.ARM_64)
            .handler(plan.handler())
            .code(Code.fromAsset(plan.artifact().toString()))
            .memorySize(plan.size().memoryMegabytes())
            .timeout(Durations.of(plan.size().timeout()))
            .environment(new TreeMap<>(plan.environment()))
            .layers(place.layers())
            .role(role)
            .logGroup(logs)
            .loggingFormat(LoggingFormat.JSON)
            .applicationLogLevelV2(ApplicationLogLevel.INFO)
            .systemLogLevelV2(SystemLogLevel.INFO)
            .vpc(place.network().vpc())
            .vpcSubnets(place.network().functions())
            .securityGroups(List.of(place.group()))
            .ipv6AllowedForDualStack(place.context().egress() == Egress.IPV6);
    return plan.size().reserved() > 0
        ? builder.reservedConcurrentExecutions(plan.size().reserved())
        : builder;
  }

  private static LogGroup logs(Place place, Plan plan) {
    return LogGroup.Builder.create(place.stack(), id(plan) + "Logs")
        .logGroupName("/aws/lambda/" + place.context().name(plan.name()))
        .retention(LogRetention.of(place.context().sizes().logRetentionDays()))
        .removalPolicy(RemovalPolicy.DESTROY)
        .build();
  }

  private static Role role(Place place, Plan plan, LogGroup logs) {
    Role role =
        Role.Builder.create(place.stack(), id(plan) + "Role")
            .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
            .description("Sluice: what " + plan.name() + " may do")
            .build();
    statements(place, plan, logs).forEach(role::addToPolicy);
    Findings.standWildcards(role);
    return role;
  }

  private static List<PolicyStatement> statements(Place place, Plan plan, LogGroup logs) {
    List<PolicyStatement> all = new ArrayList<>(plan.allowed());
    all.add(
        Permissions.allow(
            "Logs",
            List.of("logs:CreateLogStream", "logs:PutLogEvents"),
            List.of(logs.getLogGroupArn())));
    all.add(Permissions.allow("NetworkInterfaces", Permissions.INTERFACES, List.of("*")));
    // Lambda attaches the function to the network with this role; the function's own code has no
    // business there (AWS, "Giving Lambda functions access to resources in an Amazon VPC").
    all.add(
        PolicyStatement.Builder.create()
            .sid("NotByItsCode")
            .effect(Effect.DENY)
            .actions(Permissions.INTERFACES)
            .resources(List.of("*"))
            .conditions(Map.of("ArnEquals", Map.of("lambda:SourceFunctionArn", arn(place, plan))))
            .build());
    return all;
  }

  /// From its name: that of the function itself would be a cycle, as it needs its role first.
  private static String arn(Place place, Plan plan) {
    return place
        .stack()
        .formatArn(
            ArnComponents.builder()
                .service("lambda")
                .resource("function")
                .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                .resourceName(place.context().name(plan.name()))
                .build());
  }

  private static String id(Plan plan) {
    return Character.toUpperCase(plan.name().charAt(0)) + plan.name().substring(1);
  }
}
