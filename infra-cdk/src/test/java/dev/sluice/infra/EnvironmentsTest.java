package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.infra.Template.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A function's environment is readable for many: it names secrets and holds none.
@NeedsNode
final class EnvironmentsTest {

  private static final Set<String> DATABASE =
      Set.of(
          "DATASOURCES_DEFAULT_URL",
          "DATASOURCES_DEFAULT_USERNAME",
          "JAVA_TOOL_OPTIONS",
          "SLUICE_DATABASE_AUTHENTICATION",
          "SLUICE_DATABASE_POOL_SIZE",
          "SLUICE_ID_KEY",
          "SLUICE_METRICS_NAMESPACE",
          "SLUICE_OBJECTS_BUCKET");

  @ParameterizedTest
  @EnumSource
  void everyFunctionHasItsSettingsAndNoOthers(Profile profile) {
    assertThat(names(profile, "Inference"))
        .isEqualTo(
            with(
                "AWS_LAMBDA_EXEC_WRAPPER",
                "SLUICE_CONFIG",
                "SLUICE_PEPPERS",
                "SLUICE_QUEUE_URL",
                "SLUICE_WAKE_URL"));
    assertThat(names(profile, "Api"))
        .isEqualTo(with("SLUICE_ADMIN_KEY", "SLUICE_CONFIG", "SLUICE_PEPPERS", "SLUICE_QUEUE_URL"));
    assertThat(names(profile, "Completion"))
        .isEqualTo(
            switch (profile) {
              case DEV ->
                  with(
                      "SLUICE_COMPLETION_FULL_BATCH",
                      "SLUICE_COMPLETION_TIME_LIMIT",
                      "SLUICE_DATABASE_CONNECTION_TIMEOUT");
              case PROD -> with("SLUICE_COMPLETION_FULL_BATCH", "SLUICE_COMPLETION_TIME_LIMIT");
            });
    assertThat(names(profile, "Daemon"))
        .isEqualTo(
            switch (profile) {
              case DEV ->
                  with(
                      "SLUICE_CONFIG",
                      "SLUICE_QUEUE_URL",
                      "SLUICE_SCHEDULE_GROUP",
                      "SLUICE_SCHEDULE_ROLE");
              case PROD -> with("SLUICE_CONFIG", "SLUICE_QUEUE_URL");
            });
    assertThat(names(profile, "Migration"))
        .containsExactly(
            "DATASOURCES_DEFAULT_URL",
            "JAVA_TOOL_OPTIONS",
            "SLUICE_GATEWAY_CONNECTIONS",
            "SLUICE_MASTER_SECRET",
            "SLUICE_METRICS_NAMESPACE");
  }

  /// A record comes back after more time than the database needs to pause again.
  @Test
  void theCompletionFunctionOutwaitsAResumeAndHasTimeToStoreAfterwards() {
    Sizes sizes = Sizes.of(Profile.DEV);
    Duration wait = connectionTimeout(Synthesis.of(Profile.DEV));
    Duration statementAndAnswer = Duration.ofSeconds(10 + 5);

    assertThat(sizes.completions().visibility(sizes.completion()))
        .isGreaterThan(sizes.database().pauseAfter());
    assertThat(wait).isGreaterThan(Duration.ofSeconds(30));
    assertThat(wait.plus(statementAndAnswer)).isLessThan(sizes.completion().timeout());
  }

  @Test
  void aDatabaseThatNeverPausesIsNotWaitedFor() {
    assertThat(connectionTimeout(Synthesis.with(Map.of("database", "rds-instance"))))
        .isEqualTo(Duration.ZERO);
    assertThat(connectionTimeout(Synthesis.with(Map.of("min-acu", "0.5"))))
        .isEqualTo(Duration.ZERO);
  }

  /// Of the completion function; zero when it has none of its own.
  private static Duration connectionTimeout(Synthesis synthesis) {
    String text =
        synthesis
            .stack("functions")
            .named("AWS::Lambda::Function", "Completion")
            .at("Environment/Variables/SLUICE_DATABASE_CONNECTION_TIMEOUT")
            .asText("0s");
    return Duration.ofSeconds(Long.parseLong(text.replaceFirst("s$", "")));
  }

  @ParameterizedTest
  @EnumSource
  void noSecretIsInAnEnvironment(Profile profile) {
    List<String> found = new ArrayList<>();
    for (Template template : Synthesis.of(profile).stacks()) {
      for (Resource function : template.ofType("AWS::Lambda::Function")) {
        found.addAll(suspicious(function.at("Environment/Variables")));
      }
    }

    assertThat(found).isEmpty();
  }

  @Test
  void aSecretInAnEnvironmentWouldBeFound() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    ObjectNode reference = json.objectNode().put("Ref", "AdminKey12345678");
    ObjectNode environment =
        json.objectNode()
            .put("SLUICE_ADMIN_KEY", "hunter2")
            .put("OPENAI", "sk-proj-1")
            .put("SOMETHING", "q8Zr3XvN0pLw7TkYb2HdUc5Ea9")
            .put("DATABASE_URL", "jdbc:postgresql://host/sluice?user=a&password=b")
            .put("RESOLVED", "{{resolve:secretsmanager:arn:aws:x}}");
    environment.set("SLUICE_ID_KEY", reference);

    assertThat(suspicious(environment))
        .containsExactlyInAnyOrder(
            "SLUICE_ADMIN_KEY", "OPENAI", "SOMETHING", "DATABASE_URL", "RESOLVED");
  }

  /// The settings whose values look like secrets: what is named like one and is no reference to
  /// one, what is resolved at deployment, what is spelled like a key or looks like chance.
  private static List<String> suspicious(JsonNode environment) {
    return environment.properties().stream()
        .filter(each -> isSuspicious(each.getKey(), Template.text(each.getValue())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean isSuspicious(String name, String value) {
    boolean isReference = value.matches("(secret:)?<[A-Za-z.]+>");
    boolean isNamedSo = name.matches(".*(KEY|SECRET|PASSWORD|PEPPER|TOKEN|CREDENTIAL).*");
    return (isNamedSo && !isReference)
        || value.contains("{{resolve:")
        || value.matches("(?i).*password=.*")
        || value.matches("(?s).*\\b(sk-|slk_|AKIA|eyJ|ghp_).*")
        || value.matches("(?s).*(?=[A-Za-z+/]*[0-9])(?=[0-9a-z+/]*[A-Z])[A-Za-z0-9+/]{20,}.*");
  }

  private static Set<String> names(Profile profile, String function) {
    Set<String> names = new TreeSet<>();
    Synthesis.of(profile)
        .stack("functions")
        .named("AWS::Lambda::Function", function)
        .at("Environment/Variables")
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  private static Set<String> with(String... more) {
    Set<String> all = new TreeSet<>(DATABASE);
    all.addAll(List.of(more));
    return all;
  }
}
