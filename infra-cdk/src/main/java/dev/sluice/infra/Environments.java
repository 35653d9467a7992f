package dev.sluice.infra;

import dev.sluice.infra.Permissions.OneTimeSchedules;
import dev.sluice.infra.Sizes.FunctionSize;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awscdk.services.secretsmanager.ISecret;

/// The settings of the functions, which are environment variables: names, addresses and sizes,
/// never a secret.
final class Environments {

  /// How long a login waits for a database that resumes, which takes 15 s and more. A record comes
  /// back after more time than the database needs to pause again, so a shorter wait would meet it
  /// paused each time.
  private static final Duration RESUME = Duration.ofSeconds(40);

  private final DeploymentContext context;
  private final DatabaseStack database;
  private final QueuesStack queues;
  private final DeploymentSecrets secrets;

  Environments(
      DeploymentContext context,
      DatabaseStack database,
      QueuesStack queues,
      DeploymentSecrets secrets) {
    this.context = context;
    this.database = database;
    this.queues = queues;
    this.secrets = secrets;
  }

  Map<String, String> inference() {
    Map<String, String> all = gateway(context.sizes().inference());
    all.put("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/streaming-runtime");
    all.put("SLUICE_WAKE_URL", queues.wakes().getQueueUrl());
    return all;
  }

  Map<String, String> api() {
    Map<String, String> all = gateway(context.sizes().api());
    all.put("SLUICE_ADMIN_KEY", reference(secrets.adminKey()));
    return all;
  }

  Map<String, String> completion() {
    Sizes sizes = context.sizes();
    Map<String, String> all = withDatabase("sluice_completion", sizes.completion());
    all.put("SLUICE_COMPLETION_FULL_BATCH", Integer.toString(sizes.completions().records()));
    all.put("SLUICE_COMPLETION_TIME_LIMIT", sizes.completion().timeout().toSeconds() + "s");
    if (context.database() == DatabaseKind.AURORA_SERVERLESS && sizes.database().pauses()) {
      all.put("SLUICE_DATABASE_CONNECTION_TIMEOUT", RESUME.toSeconds() + "s");
    }
    return all;
  }

  /// @param schedules where the daemon makes one-time schedules; empty where it does not
  Map<String, String> daemon(Optional<OneTimeSchedules> schedules) {
    Map<String, String> all = withDatabase("sluice_daemon", context.sizes().daemon());
    all.put("SLUICE_CONFIG", ModelsLayer.PATH);
    all.put("SLUICE_QUEUE_URL", queues.completions().getQueueUrl());
    schedules.ifPresent(where -> {
      all.put("SLUICE_SCHEDULE_GROUP", where.group());
      all.put("SLUICE_SCHEDULE_ROLE", where.roleArn());
    });
    return all;
  }

  Map<String, String> migration() {
    Map<String, String> all = everywhere();
    all.put("DATASOURCES_DEFAULT_URL", database.jdbcUrl());
    all.put("SLUICE_MASTER_SECRET", database.master().getSecretArn());
    all.put(
        "SLUICE_GATEWAY_CONNECTIONS",
        Integer.toString(context.sizes().database().gatewayConnections()));
    return all;
  }

  private Map<String, String> gateway(FunctionSize size) {
    Map<String, String> all = withDatabase("sluice_gateway", size);
    all.put("SLUICE_CONFIG", ModelsLayer.PATH);
    all.put("SLUICE_PEPPERS", reference(secrets.peppers()));
    all.put("SLUICE_QUEUE_URL", queues.completions().getQueueUrl());
    return all;
  }

  private Map<String, String> withDatabase(String role, FunctionSize size) {
    Map<String, String> all = everywhere();
    all.put("DATASOURCES_DEFAULT_URL", database.jdbcUrl());
    all.put("DATASOURCES_DEFAULT_USERNAME", role);
    all.put("SLUICE_DATABASE_AUTHENTICATION", "iam");
    all.put("SLUICE_DATABASE_POOL_SIZE", Integer.toString(size.pool()));
    all.put("SLUICE_ID_KEY", reference(secrets.idKey()));
    all.put("SLUICE_OBJECTS_BUCKET", queues.objects().getBucketName());
    return all;
  }

  /// AWS's runtime client calls native code, which Java 25 wants to be told of. Java prefers the
  /// IPv4 address of a server that has both, which leads nowhere from a network that has IPv6 only.
  private Map<String, String> everywhere() {
    Map<String, String> all = new TreeMap<>();
    String flags = "--enable-native-access=ALL-UNNAMED";
    if (context.egress() == Egress.IPV6) {
      flags += " -Djava.net.preferIPv6Addresses=true";
      all.put("AWS_USE_DUALSTACK_ENDPOINT", "true");
    }
    all.put("JAVA_TOOL_OPTIONS", flags);
    all.put("SLUICE_METRICS_NAMESPACE", OwnMetrics.namespace(context));
    return all;
  }

  private static String reference(ISecret secret) {
    return "secret:" + secret.getSecretArn();
  }
}
