package dev.sluice.infra;

import dev.sluice.infra.ApiRoute.Served;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.apigateway.AccessLogFormat;
import software.amazon.awscdk.services.apigateway.AuthorizationType;
import software.amazon.awscdk.services.apigateway.CfnRestApi;
import software.amazon.awscdk.services.apigateway.EndpointType;
import software.amazon.awscdk.services.apigateway.IResource;
import software.amazon.awscdk.services.apigateway.LambdaIntegration;
import software.amazon.awscdk.services.apigateway.LambdaIntegrationOptions;
import software.amazon.awscdk.services.apigateway.LogGroupLogDestination;
import software.amazon.awscdk.services.apigateway.MethodLoggingLevel;
import software.amazon.awscdk.services.apigateway.MethodOptions;
import software.amazon.awscdk.services.apigateway.ResponseTransferMode;
import software.amazon.awscdk.services.apigateway.RestApi;
import software.amazon.awscdk.services.apigateway.StageOptions;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/// The way in: a regional REST API in front of both gateway functions.
///
/// The routes are those of [ApiRoute]. Every other method and path goes to the API function, whose
/// 404 and 405 are ours: for a path that it does not know, the service takes `Authorization: Bearer
/// …` for a broken signature of AWS's own and answers 403. Keys, bodies and content types are
/// checked by the functions, for all routes alike.
public final class ApiStack extends Stack {

  private static final String STAGE = "live";

  /// Anything below the root that is no resource of the table.
  private static final String REST = "/{proxy+}";

  /// TLS 1.2 and 1.3; the service's own default still speaks 1.0.
  private static final String TLS = "SecurityPolicy_TLS13_1_2_PQ_2025_09";

  private static final MethodOptions OPEN =
      MethodOptions.builder().authorizationType(AuthorizationType.NONE).build();

  private final RestApi api;
  private final String name;

  ApiStack(Construct scope, DeploymentContext context, FunctionsStack functions) {
    super(scope, context.name("api"), context.stack("API"));
    name = context.name("api");
    api = api(context);
    if (api.getNode().getDefaultChild() instanceof CfnRestApi rest) {
      rest.setSecurityPolicy(TLS);
      rest.setEndpointAccessMode("BASIC");
    }
    addRoutes(context.sizes(), functions);
    GatewayErrors.in(api);
    if (context.profile() == Profile.PROD) {
      Firewall.before(this, name, api.getDeploymentStage().getStageArn());
    }
    // The kit's own output of the address, which does not end in /v1.
    var _ = api.getNode().tryRemoveChild("Endpoint");
    CfnOutput.Builder.create(this, "Url")
        .description("Base URL for clients")
        .value(api.urlForPath("/v1"))
        .build();
    explain(context.profile());
  }

  private void explain(Profile profile) {
    String ours =
        "The functions check keys, for all routes alike; the routes without one are public";
    Findings.stand(api, "AwsSolutions-APIG4", ours);
    Findings.stand(api, "AwsSolutions-COG4", ours);
    Findings.stand(
        api,
        "AwsSolutions-APIG2",
        "The functions validate requests and say which field is wrong; the service would only say 400");
    Findings.stand(
        api.getDeploymentStage(),
        "AwsSolutions-APIG6",
        "The access log has every request; execution logs would be kept for ever, with parts of bodies");
    Findings.stand(
        api.getNode().findChild("CloudWatchRole"),
        "AwsSolutions-IAM4",
        "The service writes logs with one role for the whole account, and asks for this policy");
    if (profile == Profile.DEV) {
      Findings.stand(
          api.getDeploymentStage(),
          "AwsSolutions-APIG3",
          "A firewall costs more than an idle deployment; the stage's limits hold for all clients");
    }
  }

  private RestApi api(DeploymentContext context) {
    return RestApi.Builder.create(this, "Api")
        .restApiName(name)
        .description("Sluice")
        .endpointTypes(List.of(EndpointType.REGIONAL))
        // Bodies reach the functions as base64, hence byte for byte, also what is not UTF-8.
        .binaryMediaTypes(List.of("*/*"))
        .cloudWatchRole(true)
        .deployOptions(stage(context))
        .build();
  }

  private StageOptions stage(DeploymentContext context) {
    ApiLimits limits = ApiLimits.of(context.profile());
    LogGroup logs =
        LogGroup.Builder.create(this, "AccessLogs")
            .retention(LogRetention.of(context.sizes().logRetentionDays()))
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    // Without a name of ours: lines that come late make a deleted group again, and a name that is
    // taken would end the next deployment.
    CfnOutput.Builder.create(this, "AccessLogGroup")
        .description("The log group with a line for each request")
        .value(logs.getLogGroupName())
        .build();
    return StageOptions.builder()
        .stageName(STAGE)
        .accessLogDestination(new LogGroupLogDestination(logs))
        .accessLogFormat(AccessLogFormat.custom(AccessLog.FORMAT))
        .loggingLevel(MethodLoggingLevel.OFF)
        .dataTraceEnabled(false)
        .metricsEnabled(false)
        .tracingEnabled(true)
        .throttlingRateLimit(limits.steady())
        .throttlingBurstLimit(limits.burst())
        .build();
  }

  private void addRoutes(Sizes sizes, FunctionsStack functions) {
    LambdaIntegration inference =
        integration(
            functions.inference(),
            Durations.of(sizes.inference().timeout()),
            ResponseTransferMode.STREAM);
    LambdaIntegration other =
        integration(
            functions.api(), Durations.of(sizes.api().timeout()), ResponseTransferMode.BUFFERED);
    Map<String, IResource> resources = new LinkedHashMap<>(Map.of("/", api.getRoot()));
    for (ApiRoute route : ApiRoute.all()) {
      IResource resource = resource(route.path(), resources);
      var _ =
          resource.addMethod(
              route.method(), route.function() == Served.INFERENCE ? inference : other, OPEN);
    }
    var _ = resource(REST, resources);
    resources.values().forEach(resource -> resource.addMethod("ANY", other, OPEN));
  }

  /// The resource of a path and those above it, each made once.
  private static IResource resource(String path, Map<String, IResource> known) {
    IResource resource = known.get(path);
    if (resource == null) {
      int slash = path.lastIndexOf('/');
      IResource parent = resource(slash == 0 ? "/" : path.substring(0, slash), known);
      resource = parent.addResource(path.substring(slash + 1));
      known.put(path, resource);
    }
    return resource;
  }

  private static LambdaIntegration integration(
      DeployedFunction function, Duration timeout, ResponseTransferMode mode) {
    return new LambdaIntegration(
        function.alias(),
        LambdaIntegrationOptions.builder()
            .proxy(true)
            .timeout(timeout)
            .responseTransferMode(mode)
            .scopePermissionToMethod(false)
            .build());
  }

  /// The dimensions of its metrics in `AWS/ApiGateway`.
  public Map<String, String> dimensions() {
    return Map.of("ApiName", name, "Stage", STAGE);
  }
}
