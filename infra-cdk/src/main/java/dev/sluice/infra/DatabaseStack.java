package dev.sluice.infra;

import dev.sluice.infra.Sizes.DatabaseSize;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.rds.AuroraPostgresClusterEngineProps;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;
import software.amazon.awscdk.services.rds.BackupProps;
import software.amazon.awscdk.services.rds.ClusterInstance;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterEngine;
import software.amazon.awscdk.services.rds.DatabaseInstance;
import software.amazon.awscdk.services.rds.DatabaseInstanceEngine;
import software.amazon.awscdk.services.rds.IClusterInstance;
import software.amazon.awscdk.services.rds.PostgresEngineVersion;
import software.amazon.awscdk.services.rds.PostgresInstanceEngineProps;
import software.amazon.awscdk.services.rds.ServerlessV2ClusterInstanceProps;
import software.amazon.awscdk.services.rds.StorageType;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.constructs.Construct;
import software.constructs.IConstruct;

/// PostgreSQL 17, in subnets without a way out. Functions log in with tokens of IAM; the password
/// of the master user is made and kept by RDS, and read by the migration alone.
public final class DatabaseStack extends Stack {

  private static final String DATABASE = "sluice";

  /// What the functions need to know of whichever database it is.
  private record Known(
      String host, String resourceId, ISecret master, Map<String, String> dimensions) {}

  private final Known known;

  DatabaseStack(Construct scope, DeploymentContext context, NetworkStack network) {
    super(scope, context.name("database"), context.stack("database"));
    known =
        switch (context.database()) {
          case AURORA_SERVERLESS -> aurora(context, network);
          case RDS_INSTANCE -> instance(context, network);
        };
  }

  private Known aurora(DeploymentContext context, NetworkStack network) {
    DatabaseSize size = context.sizes().database();
    DatabaseCluster.Builder builder =
        DatabaseCluster.Builder.create(this, "Database")
            .engine(
                DatabaseClusterEngine.auroraPostgres(
                    AuroraPostgresClusterEngineProps.builder()
                        .version(AuroraPostgresEngineVersion.VER_17_9)
                        .build()))
            .vpc(network.vpc())
            .vpcSubnets(network.databases())
            .securityGroups(List.of(network.database()))
            .defaultDatabaseName(DATABASE)
            .manageMasterUserPassword(true)
            .iamAuthentication(true)
            .storageEncrypted(true)
            .parameters(parameters(size))
            .serverlessV2MinCapacity(size.minCapacity())
            .serverlessV2MaxCapacity(size.maxCapacity())
            .writer(ClusterInstance.serverlessV2("Writer"))
            .readers(readers(size))
            .backup(BackupProps.builder().retention(Duration.days(size.backupDays())).build())
            .copyTagsToSnapshot(true)
            .deletionProtection(isKept(context))
            .removalPolicy(removal(context));
    if (size.pauses()) {
      builder.serverlessV2AutoPauseDuration(Durations.of(size.pauseAfter()));
    }
    DatabaseCluster cluster = builder.build();
    keepsNothing(cluster, context.profile());
    return new Known(
        cluster.getClusterEndpoint().getHostname(),
        cluster.getClusterResourceIdentifier(),
        made(cluster.getSecret()),
        Map.of("DBClusterIdentifier", cluster.getClusterIdentifier()));
  }

  private static List<IClusterInstance> readers(DatabaseSize size) {
    return IntStream.range(1, size.instances())
        .<IClusterInstance>mapToObj(number ->
            ClusterInstance.serverlessV2(
                "Reader" + number,
                ServerlessV2ClusterInstanceProps.builder().scaleWithWriter(true).build()))
        .toList();
  }

  private Known instance(DeploymentContext context, NetworkStack network) {
    DatabaseSize size = context.sizes().database();
    DatabaseInstance instance =
        DatabaseInstance.Builder.create(this, "Database")
            .engine(
                DatabaseInstanceEngine.postgres(
                    PostgresInstanceEngineProps.builder()
                        .version(PostgresEngineVersion.VER_17)
                        .build()))
            .instanceType(new InstanceType(size.instanceClass()))
            .vpc(network.vpc())
            .vpcSubnets(network.databases())
            .securityGroups(List.of(network.database()))
            .databaseName(DATABASE)
            .manageMasterUserPassword(true)
            .iamAuthentication(true)
            .storageEncrypted(true)
            .storageType(StorageType.GP3)
            .allocatedStorage(size.storageGigabytes())
            .parameters(parameters(size))
            .multiAz(size.instances() > 1)
            .backupRetention(Duration.days(size.backupDays()))
            .copyTagsToSnapshot(true)
            .deletionProtection(isKept(context))
            .removalPolicy(removal(context))
            .build();
    keepsNothing(instance, context.profile());
    if (size.instances() == 1) {
      Findings.stand(
          instance, "AwsSolutions-RDS3", "The profile dev pays for no second one to fail over to.");
    }
    Findings.stand(
        instance,
        "AwsSolutions-RDS11",
        "The port is no secret: nothing but the functions' security groups reaches it.");
    return new Known(
        instance.getDbInstanceEndpointAddress(),
        made(instance.getInstanceResourceId()),
        made(instance.getSecret()),
        Map.of("DBInstanceIdentifier", instance.getInstanceIdentifier()));
  }

  /// In the profile `dev` one command takes all away again.
  private static void keepsNothing(IConstruct database, Profile profile) {
    if (profile == Profile.DEV) {
      Findings.stand(
          database, "AwsSolutions-RDS10", "The profile dev is there to be taken away again.");
    }
  }

  /// What is absent only of a database that somebody else has made.
  private static <T> T made(@Nullable T part) {
    return Objects.requireNonNull(part, "This deployment makes its database itself");
  }

  private static Map<String, String> parameters(DatabaseSize size) {
    return Map.of("max_connections", Integer.toString(size.maxConnections()), "rds.force_ssl", "1");
  }

  private static boolean isKept(DeploymentContext context) {
    return context.profile() == Profile.PROD;
  }

  private static RemovalPolicy removal(DeploymentContext context) {
    return isKept(context) ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY;
  }

  /// A JDBC URL that trusts nobody but the certificate authorities of RDS, which are in every
  /// artifact.
  String jdbcUrl() {
    return "jdbc:postgresql://"
        + known.host()
        + ":5432/"
        + DATABASE
        + "?sslmode=verify-full&sslrootcert=/var/task/rds-global-bundle.pem";
  }

  /// What `rds-db:connect` of one database role is allowed on.
  String connectArn(String role) {
    return formatArn(
        ArnComponents.builder()
            .service("rds-db")
            .resource("dbuser")
            .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
            .resourceName(known.resourceId() + "/" + role)
            .build());
  }

  /// Names this database and no other: another one needs the migration again.
  String resourceId() {
    return known.resourceId();
  }

  /// The secret of the master user, which RDS makes and rotates.
  ISecret master() {
    return known.master();
  }

  /// The dimensions of its metrics in `AWS/RDS`.
  public Map<String, String> dimensions() {
    return known.dimensions();
  }
}
