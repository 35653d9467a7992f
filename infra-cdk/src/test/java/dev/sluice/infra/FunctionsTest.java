package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.infra.Sizes.FunctionSize;
import dev.sluice.infra.Template.Resource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsNode
final class FunctionsTest {

  private static final Map<String, String> HANDLERS =
      Map.of(
          "Inference", "dev.sluice.gateway.inference.InferenceFunction",
          "Api", "dev.sluice.gateway.api.ApiFunction",
          "Completion", "dev.sluice.completion.fn.CompletionHandler",
          "Daemon", "dev.sluice.daemon.DaemonHandler",
          "Migration", "dev.sluice.migrations.MigrationHandler");

  private static final List<String> RESTORED = List.of("Inference", "Api", "Completion", "Daemon");

  @ParameterizedTest
  @EnumSource
  void everyFunctionRunsJava25OnArm(Profile profile) {
    HANDLERS.forEach((name, handler) -> {
      Resource function = function(profile, name);
      assertThat(function.at("Runtime").asText()).isEqualTo("java25");
      assertThat(Template.texts(function.at("Architectures"))).containsExactly("arm64");
      assertThat(function.at("Handler").asText()).isEqualTo(handler);
      assertThat(function.at("VpcConfig/SubnetIds")).hasSize(2);
    });
  }

  @ParameterizedTest
  @EnumSource
  void everyFunctionHasTheSizeOfTheTable(Profile profile) {
    Sizes sizes = Sizes.of(profile);
    Map<String, FunctionSize> table =
        Map.of(
            "Inference", sizes.inference(),
            "Api", sizes.api(),
            "Completion", sizes.completion(),
            "Daemon", sizes.daemon(),
            "Migration", sizes.migration());

    table.forEach((name, size) -> {
      Resource function = function(profile, name);
      assertThat(function.at("MemorySize").asInt()).isEqualTo(size.memoryMegabytes());
      assertThat(function.at("Timeout").asLong()).isEqualTo(size.timeout().toSeconds());
      assertThat(function.at("ReservedConcurrentExecutions").asInt()).isEqualTo(size.reserved());
    });
  }

  @ParameterizedTest
  @EnumSource
  void noCallIsCutOffBeforeItsFunction(Profile profile) {
    // API Gateway's longest integration times: 15 minutes streamed, 29 seconds buffered.
    assertThat(Sizes.of(profile).inference().timeout()).isEqualTo(Duration.ofMinutes(15));
    assertThat(Sizes.of(profile).api().timeout()).isEqualTo(Duration.ofSeconds(29));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsCalledIsAPublishedVersionWithASnapshot(Profile profile) {
    Template functions = Synthesis.of(profile).stack("functions");
    for (String name : RESTORED) {
      Resource function = function(profile, name);
      Resource alias = functions.named("AWS::Lambda::Alias", name + "Live");

      assertThat(function.at("SnapStart/ApplyOn").asText()).isEqualTo("PublishedVersions");
      assertThat(alias.at("FunctionName/Ref").asText()).isEqualTo(function.id());
      assertThat(alias.at("FunctionVersion/Fn::GetAtt/0").asText())
          .startsWith(name + "CurrentVersion");
    }
    assertThat(function(profile, "Migration").properties().has("SnapStart")).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void everyFunctionLogsJsonIntoAGroupOfItsOwn(Profile profile) {
    for (String name : HANDLERS.keySet()) {
      Resource function = function(profile, name);
      assertThat(function.at("LoggingConfig/LogFormat").asText()).isEqualTo("JSON");
      assertThat(Template.text(function.at("LoggingConfig/LogGroup")))
          .isEqualTo("<" + name + "Logs>");
    }
  }

  @ParameterizedTest
  @EnumSource
  void noLogIsKeptForEver(Profile profile) {
    Synthesis.of(profile).stacks().stream()
        .flatMap(template -> template.ofType("AWS::Logs::LogGroup").stream())
        .forEach(group ->
            assertThat(group.at("RetentionInDays").asInt())
                .as(group.id())
                .isEqualTo(Sizes.of(profile).logRetentionDays()));
  }

  @ParameterizedTest
  @EnumSource
  void theModelsFileIsWhereItsReadersLookForIt(Profile profile) {
    Synthesis synthesis = Synthesis.of(profile);
    Resource layer = synthesis.stack("functions").only("AWS::Lambda::LayerVersion");
    Path content =
        Path.of(
            synthesis.assembly().getDirectory(),
            "asset." + layer.at("Content/S3Key").asText().replace(".zip", ""));

    assertThat(content.resolve("sluice/models.yaml")).exists();
    for (String name : List.of("Inference", "Api", "Daemon")) {
      assertThat(Template.texts(function(profile, name).at("Layers"))).containsExactly("<Models>");
      assertThat(function(profile, name).at("Environment/Variables/SLUICE_CONFIG").asText())
          .isEqualTo("/opt/sluice/models.yaml");
    }
  }

  @ParameterizedTest
  @EnumSource
  void batchesAreTakenByTheTableAndFailInPart(Profile profile) {
    Sizes sizes = Sizes.of(profile);

    assertTakes(profile, "Records", "<Completions>", "<CompletionLive>", sizes.completions());
    assertTakes(profile, "Signals", "<Wakes>", "<DaemonLive>", sizes.wakes());
    assertThat(sizes.wakes().maxConcurrency()).isLessThan(sizes.daemon().reserved());
  }

  private static void assertTakes(
      Profile profile, String id, String queue, String alias, Sizes.BatchSize size) {
    Resource mapping =
        Synthesis.of(profile).stack("functions").named("AWS::Lambda::EventSourceMapping", id);

    assertThat(Template.text(mapping.at("EventSourceArn"))).isEqualTo(queue);
    assertThat(mapping.at("FunctionName").toString())
        .contains(alias.substring(1, alias.length() - 1), ":live");
    assertThat(Template.texts(mapping.at("FunctionResponseTypes")))
        .containsExactly("ReportBatchItemFailures");
    assertThat(mapping.at("BatchSize").asInt()).isEqualTo(size.records());
    assertThat(mapping.at("MaximumBatchingWindowInSeconds").asLong())
        .isEqualTo(size.window().toSeconds());
    assertThat(mapping.at("ScalingConfig/MaximumConcurrency").asInt())
        .isEqualTo(size.maxConcurrency())
        .isGreaterThanOrEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void nothingLetsWorkInBeforeTheSchemaIsThere(Profile profile) {
    Template functions = Synthesis.of(profile).stack("functions");
    Resource schema = functions.only("Custom::SluiceSchema");

    List<Resource> doors =
        functions
            .resources()
            .filter(each ->
                List.of(
                        "AWS::Lambda::Alias",
                        "AWS::Lambda::EventSourceMapping",
                        "AWS::Scheduler::Schedule")
                    .contains(each.type()))
            .toList();

    assertThat(doors)
        .hasSize(7)
        .allSatisfy(door -> assertThat(door.dependsOn()).contains(schema.id()));
  }

  @ParameterizedTest
  @EnumSource
  void theMigrationRunsAgainWhenWhatItDoesIsAnother(Profile profile) {
    Resource schema = Synthesis.of(profile).stack("functions").only("Custom::SluiceSchema");
    DeploymentContext context = Synthesis.context(Map.of());

    assertThat(schema.at("artifact").asText())
        .isEqualTo(Artifacts.fingerprint(context.artifacts().migrations()));
    assertThat(schema.at("gatewayConnections").asInt())
        .isEqualTo(Sizes.of(profile).database().gatewayConnections());
    assertThat(Template.text(schema.at("database"))).isEqualTo("<Database.DBClusterResourceId>");
  }

  @ParameterizedTest
  @EnumSource
  void ticksAreNeitherRepeatedNorLate(Profile profile) {
    Resource tick = Synthesis.of(profile).stack("functions").only("AWS::Scheduler::Schedule");

    assertThat(tick.at("ScheduleExpression").asText())
        .isEqualTo(
            switch (profile) {
              case DEV -> "rate(60 minutes)";
              case PROD -> "rate(1 minute)";
            });
    assertThat(tick.at("Target/RetryPolicy/MaximumRetryAttempts").asInt(-1)).isZero();
    assertThat(tick.at("Target/RetryPolicy/MaximumEventAgeInSeconds").asInt()).isEqualTo(60);
    assertThat(Template.text(tick.at("Target/Arn"))).isEqualTo("<DaemonLive>");
    // Its own event is how the daemon knows a tick.
    assertThat(tick.at("Target").has("Input")).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aTickThatLambdaKeepsIsNeitherRepeatedNorLate(Profile profile) {
    Resource kept = Synthesis.of(profile).stack("functions").only("AWS::Lambda::EventInvokeConfig");

    assertThat(Template.text(kept.at("FunctionName"))).isEqualTo("<Daemon>");
    assertThat(kept.at("Qualifier").toString()).contains("DaemonLive");
    assertThat(kept.at("MaximumRetryAttempts").asInt(-1)).isZero();
    assertThat(kept.at("MaximumEventAgeInSeconds").asInt()).isEqualTo(60);
  }

  @ParameterizedTest
  @EnumSource
  void theAdminKeyIsMadeByTheDeploymentAndToldByItsSecret(Profile profile) {
    Template functions = Synthesis.of(profile).stack("functions");

    assertThat(functions.ofType("AWS::SecretsManager::Secret"))
        .hasSize(3)
        .allSatisfy(secret -> {
          JsonNode generated = secret.at("GenerateSecretString");
          assertThat(generated.path("PasswordLength").asInt()).isEqualTo(64);
          assertThat(generated.path("ExcludePunctuation").asBoolean()).isTrue();
          assertThat(secret.properties().has("SecretString")).isFalse();
        });
    assertThat(Template.text(functions.root().at("/Outputs/AdminKeySecret/Value")))
        .isEqualTo("<AdminKey>");
    assertThat(Template.text(functions.root().at("/Outputs/ReadAdminKey/Value")))
        .isEqualTo(
            "aws secretsmanager get-secret-value --query SecretString --output text --secret-id <AdminKey>");
  }

  private static Resource function(Profile profile, String name) {
    return Synthesis.of(profile).stack("functions").named("AWS::Lambda::Function", name);
  }
}
