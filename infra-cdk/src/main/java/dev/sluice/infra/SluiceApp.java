package dev.sluice.infra;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;

/// The app that the CDK's command line runs: all stacks of one deployment.
public final class SluiceApp {

  /// What the kit does differently when it is asked to, and should. Templates that break a rule of
  /// CloudFormation are not written; a stack whose values another one uses cannot be deleted first.
  private static final Map<String, Object> SWITCHES =
      Map.of(
          "@aws-cdk/aws-iam:minimizePolicies", true,
          "@aws-cdk/aws-lambda:recognizeLayerVersion", true,
          "@aws-cdk/aws-lambda:recognizeVersionProps", true,
          "@aws-cdk/core:checkSecretUsage", true,
          "@aws-cdk/core:defaultCrossStackReferences", "strong",
          "@aws-cdk/core:validateAgainstDefaultRules", true,
          "@aws-cdk/core:validateSnapshotRemovalPolicy", true);

  private final NetworkStack network;
  private final DatabaseStack database;
  private final QueuesStack queues;
  private final FunctionsStack functions;
  private final ApiStack api;
  private final ObservabilityStack observability;

  /// The stacks of a deployment, in an app that is not synthesised yet.
  SluiceApp(App app, DeploymentContext context) {
    network = new NetworkStack(app, context);
    database = new DatabaseStack(app, context, network);
    queues = new QueuesStack(app, context);
    functions = new FunctionsStack(app, context, network, database, queues);
    api = new ApiStack(app, context, functions);
    observability =
        new ObservabilityStack(app, context, new Watched(database, queues, functions, api));
  }

  /// An app with the kit's switches set.
  static App app(AppProps.Builder props) {
    return new App(props.postCliContext(SWITCHES).analyticsReporting(false).build());
  }

  /// @param arguments the repository's directory
  public static void main(String... arguments) {
    Path repository = Path.of(arguments.length > 0 ? arguments[0] : "").toAbsolutePath();
    try {
      App app = app(AppProps.builder());
      var _ = new SluiceApp(app, DeploymentContext.of(values(app), repository));
      var _ = app.synth();
    } catch (IllegalArgumentException e) {
      System.err.println("Sluice cannot be deployed like this. " + e.getMessage());
      System.exit(1);
    }
  }

  /// Everything that was given on the command line or in `cdk.json`.
  private static Map<String, Object> values(App app) {
    Map<String, Object> values = new HashMap<>();
    if (app.getNode().getAllContext() instanceof Map<?, ?> all) {
      all.forEach((key, value) -> values.put(String.valueOf(key), value));
    }
    return values;
  }

  NetworkStack network() {
    return network;
  }

  DatabaseStack database() {
    return database;
  }

  QueuesStack queues() {
    return queues;
  }

  FunctionsStack functions() {
    return functions;
  }

  ApiStack api() {
    return api;
  }

  ObservabilityStack observability() {
    return observability;
  }
}
