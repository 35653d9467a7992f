package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.infra.Sizes.DatabaseSize;
import dev.sluice.infra.Template.Resource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsNode
final class DatabaseTest {

  private static final String CLUSTER = "AWS::RDS::DBCluster";
  private static final String INSTANCE = "AWS::RDS::DBInstance";

  @ParameterizedTest
  @EnumSource
  void itIsPostgres17WithTokensInsteadOfPasswords(Profile profile) {
    Resource cluster = Synthesis.of(profile).stack("database").only(CLUSTER);

    assertThat(cluster.at("Engine").asText()).isEqualTo("aurora-postgresql");
    assertThat(cluster.at("EngineVersion").asText()).startsWith("17.");
    assertThat(cluster.at("DatabaseName").asText()).isEqualTo("sluice");
    assertThat(cluster.at("EnableIAMDatabaseAuthentication").asBoolean()).isTrue();
    assertThat(cluster.at("ManageMasterUserPassword").asBoolean()).isTrue();
    assertThat(cluster.properties().has("MasterUserPassword")).isFalse();
    assertThat(cluster.at("StorageEncrypted").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void itTakesTlsOnlyAndAsManyConnectionsAsArePlannedFor(Profile profile) {
    Template database = Synthesis.of(profile).stack("database");
    Resource parameters = database.only("AWS::RDS::DBClusterParameterGroup");

    assertThat(parameters.at("Parameters/rds.force_ssl").asText()).isEqualTo("1");
    assertThat(parameters.at("Parameters/max_connections").asInt())
        .isEqualTo(Sizes.of(profile).database().maxConnections());
    assertThat(database.only(CLUSTER).at("DBClusterParameterGroupName/Ref").asText())
        .isEqualTo(parameters.id());
  }

  @Test
  void theOneToTryPausesAndGoesAway() {
    Template database = Synthesis.of(Profile.DEV).stack("database");
    Resource cluster = database.only(CLUSTER);

    assertThat(cluster.at("ServerlessV2ScalingConfiguration/MinCapacity").asDouble(-1)).isZero();
    assertThat(cluster.at("ServerlessV2ScalingConfiguration/SecondsUntilAutoPause").asInt())
        .isEqualTo(300);
    assertThat(cluster.at("DeletionProtection").asBoolean()).isFalse();
    assertThat(cluster.node().path("DeletionPolicy").asText()).isEqualTo("Delete");
    assertThat(database.ofType(INSTANCE)).hasSize(1);
  }

  @Test
  void theOneToRelyOnIsAlwaysThereAndKept() {
    Template database = Synthesis.of(Profile.PROD).stack("database");
    Resource cluster = database.only(CLUSTER);

    assertThat(cluster.at("ServerlessV2ScalingConfiguration/MinCapacity").asDouble())
        .isGreaterThan(0);
    assertThat(cluster.at("ServerlessV2ScalingConfiguration/SecondsUntilAutoPause").isMissingNode())
        .isTrue();
    assertThat(cluster.at("DeletionProtection").asBoolean()).isTrue();
    assertThat(cluster.at("BackupRetentionPeriod").asInt()).isEqualTo(14);
    assertThat(cluster.node().path("DeletionPolicy").asText()).isEqualTo("Snapshot");
    assertThat(database.ofType(INSTANCE)).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void nobodyOutsideReachesIt(Profile profile) {
    assertThat(Synthesis.of(profile).stack("database").ofType(INSTANCE))
        .allSatisfy(each -> assertThat(each.at("PubliclyAccessible").asBoolean(false)).isFalse());
  }

  @ParameterizedTest
  @EnumSource
  void anInstanceMayStandInForIt(Profile profile) {
    Synthesis synthesis =
        Synthesis.with(Map.of("profile", profile.text(), "database", "rds-instance"));
    Template database = synthesis.stack("database");
    Resource instance = database.only(INSTANCE);
    DatabaseSize size = Sizes.of(profile).database();

    assertThat(synthesis.messages()).isEmpty();
    assertThat(instance.at("EngineVersion").asText()).startsWith("17");
    assertThat(instance.at("DBInstanceClass").asText()).isEqualTo("db." + size.instanceClass());
    assertThat(instance.at("EnableIAMDatabaseAuthentication").asBoolean()).isTrue();
    assertThat(instance.at("ManageMasterUserPassword").asBoolean()).isTrue();
    assertThat(instance.at("StorageEncrypted").asBoolean()).isTrue();
    assertThat(instance.at("MultiAZ").asBoolean()).isEqualTo(profile == Profile.PROD);
    assertThat(database.only("AWS::RDS::DBParameterGroup").at("Parameters/rds.force_ssl").asText())
        .isEqualTo("1");
  }
}
