package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeploymentContextTest {

  @Test
  void nothingGivenIsADeploymentToTry() {
    DeploymentContext context = Synthesis.context(Map.of());

    assertThat(context.profile()).isEqualTo(Profile.DEV);
    assertThat(context.egress()).isEqualTo(Egress.NAT_INSTANCE);
    assertThat(context.database()).isEqualTo(DatabaseKind.AURORA_SERVERLESS);
    assertThat(context.sizes()).isEqualTo(Sizes.of(Profile.DEV));
    assertThat(context.alarmEmail()).isEmpty();
    assertThat(context.models()).endsWith(Path.of("infra-cdk/models.yaml"));
    assertThat(context.name("queues")).isEqualTo("sluice-dev-queues");
  }

  @Test
  void theOneToRelyOnHasManagedEgress() {
    DeploymentContext context = Synthesis.context(Map.of("profile", "prod"));

    assertThat(context.egress()).isEqualTo(Egress.NAT_GATEWAY);
    assertThat(context.sizes()).isEqualTo(Sizes.of(Profile.PROD));
  }

  @Test
  void everythingMayBeGiven() {
    DeploymentContext context =
        Synthesis.context(
            Map.ofEntries(
                Map.entry("profile", "prod"),
                Map.entry("egress", "ipv6"),
                Map.entry("database", "rds-instance"),
                Map.entry("models", "infra-cdk/models.yaml"),
                Map.entry("artifacts", "packages"),
                Map.entry("alarm-email", "who@example.org"),
                Map.entry("min-acu", "0.5"),
                Map.entry("max-acu", "8"),
                Map.entry("instance-class", "m8g.large"),
                Map.entry("max-connections", "500"),
                Map.entry("gateway-connections", "300"),
                Map.entry("gateway-memory", "2048"),
                Map.entry("daemon-memory", "4096"),
                Map.entry("log-retention-days", "90")));

    assertThat(context.egress()).isEqualTo(Egress.IPV6);
    assertThat(context.database()).isEqualTo(DatabaseKind.RDS_INSTANCE);
    assertThat(context.artifacts().directory()).endsWithRaw(Path.of("packages"));
    assertThat(context.alarmEmail()).contains("who@example.org");
    Sizes sizes = context.sizes();
    assertThat(sizes.inference().memoryMegabytes()).isEqualTo(2_048);
    assertThat(sizes.api().memoryMegabytes()).isEqualTo(2_048);
    assertThat(sizes.daemon().memoryMegabytes()).isEqualTo(4_096);
    assertThat(sizes.logRetentionDays()).isEqualTo(90);
    assertThat(sizes.database().minCapacity()).isEqualTo(0.5);
    assertThat(sizes.database().maxCapacity()).isEqualTo(8);
    assertThat(sizes.database().instanceClass()).isEqualTo("m8g.large");
    assertThat(sizes.database().maxConnections()).isEqualTo(500);
    assertThat(sizes.database().gatewayConnections()).isEqualTo(300);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          profile             | test       | The context value 'profile' is dev or prod, not 'test'
          egress              | nat        | The context value 'egress' is nat-instance or ipv6 or nat-gateway, not 'nat'
          database            | mysql      | The context value 'database' is aurora-serverless or rds-instance, not 'mysql'
          alarm-email         | nobody     | The context value 'alarm-email' is an e-mail address, not 'nobody'
          min-acu             | 0.3        | min-acu is 0, 0.5, 1, 1.5, … not 0.3
          max-acu             | many       | The context value 'max-acu' is a number like 0.5, not 'many'
          gateway-memory      | 128        | A function has 512 to 10240 MB, not 128
          gateway-connections | 60         | completion, daemon and gateway-connections make 81 connections; of max-connections=100 at most 80 may be planned
          egres               | ipv6       | There is no context value 'egres'; there are profile, database, egress,
          models              | nowhere    | The context value 'models' names no file:
          """)
  void whatIsNotKnownIsRefusedBySayingWhatIs(String key, String value, String message) {
    assertThatThrownBy(() -> Synthesis.context(Map.of(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void whatBelongsToTheToolIsNotOurs() {
    DeploymentContext context =
        Synthesis.context(
            Map.of("@aws-cdk/core:any", "true", "aws:cdk:path", "x", "cli-telemetry", "false"));

    assertThat(context.profile()).isEqualTo(Profile.DEV);
  }

  @Test
  void aPackageThatIsNotThereIsNamedWithItsBuild() {
    Artifacts artifacts = new Artifacts(Path.of("nowhere"));

    assertThatThrownBy(artifacts::daemon)
        .hasMessage(
            "There is no nowhere/daemon-fn/target/daemon-fn-lambda.zip; './mvnw package -DskipTests -pl daemon-fn -am' builds it");
  }
}
