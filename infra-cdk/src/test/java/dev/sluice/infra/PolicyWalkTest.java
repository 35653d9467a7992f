package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every statement of every policy in the templates.
@NeedsNode
final class PolicyWalkTest {

  private static final String BODIES = "<Objects>/????????-????-????-????-????????????/*";
  private static final String UPSTREAM =
      "arn:<Partition>:secretsmanager:<Region>:<AccountId>:secret:sluice/upstream/*";

  /// Resources with a wildcard that may be, and why.
  private static final Map<String, String> WILDCARDS =
      Map.of(
          "ec2 interfaces on *",
          "network interfaces have no name before they are made",
          "secretsmanager:GetSecretValue on " + UPSTREAM,
          "made by people, named in the models file",
          "s3 on " + BODIES,
          "an object for each body",
          "s3 on <Objects>/spill/*",
          "an object for each spilled record",
          "s3 on <Objects>/*",
          "the kit's function that empties the bucket of the profile dev",
          "scheduler:CreateSchedule on one group",
          "a schedule for each delay",
          "lambda:InvokeFunction on <Migration>:*",
          "the kit's function calls its latest version");

  /// One statement that allows.
  private record Allowed(String policy, String action, String resource) {

    /// The row of [#WILDCARDS] that it needs.
    String row() {
      if (action.startsWith("ec2:")) {
        return "ec2 interfaces on " + resource;
      }
      if (action.startsWith("s3:")) {
        return "s3 on " + resource;
      }
      if (action.equals("scheduler:CreateSchedule")
          && resource.endsWith(":schedule/sluice-dev-daemon/*")) {
        return "scheduler:CreateSchedule on one group";
      }
      return action + " on " + resource;
    }
  }

  @ParameterizedTest
  @EnumSource
  void noActionIsAWildcard(Profile profile) {
    assertThat(walk(Synthesis.of(profile)))
        .filteredOn(each -> each.action().contains("*"))
        // The kit's function that empties the bucket of the profile dev, on that bucket.
        .filteredOn(each -> !emptiesTheBucket(each))
        .isEmpty();
  }

  private static boolean emptiesTheBucket(Allowed each) {
    return each.policy().equals("ObjectsPolicy")
        && Set.of("s3:DeleteObject*", "s3:GetBucket*", "s3:List*").contains(each.action());
  }

  @ParameterizedTest
  @EnumSource
  void aWildcardInAResourceHasItsReason(Profile profile) {
    Set<String> needed =
        walk(Synthesis.of(profile)).stream()
            .filter(each -> each.resource().contains("*"))
            .map(Allowed::row)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(WILDCARDS.keySet()).containsAll(needed);
  }

  @Test
  void noReasonIsLeftOver() {
    Set<String> needed =
        Stream.of(Profile.values())
            .flatMap(profile -> walk(Synthesis.of(profile)).stream())
            .map(Allowed::row)
            .collect(Collectors.toSet());

    assertThat(needed).containsAll(WILDCARDS.keySet());
  }

  @ParameterizedTest
  @EnumSource
  void theInferenceFunctionSendsAndKeepsAndReadsNothingBack(Profile profile) {
    assertThat(allowed(profile, "Inference"))
        .containsExactlyInAnyOrder(
            "rds-db:connect on " + user("sluice_gateway"),
            "secretsmanager:GetSecretValue on <IdKey>",
            "secretsmanager:GetSecretValue on <Peppers>",
            "secretsmanager:GetSecretValue on " + UPSTREAM,
            "sqs:SendMessage on <Completions>",
            "sqs:SendMessage on <Wakes>",
            "s3:PutObject on " + BODIES,
            "s3:PutObject on <Objects>/spill/*");
  }

  @ParameterizedTest
  @EnumSource
  void theApiFunctionDeletesBodiesAndSendsNothing(Profile profile) {
    assertThat(allowed(profile, "Api"))
        .containsExactlyInAnyOrder(
            "rds-db:connect on " + user("sluice_gateway"),
            "secretsmanager:GetSecretValue on <IdKey>",
            "secretsmanager:GetSecretValue on <Peppers>",
            "secretsmanager:GetSecretValue on <AdminKey>",
            "sqs:GetQueueAttributes on <Completions>",
            "s3:ListBucket on <Objects>",
            "s3:DeleteObject on " + BODIES);
  }

  @ParameterizedTest
  @EnumSource
  void theCompletionFunctionTakesRecordsAndReadsBodies(Profile profile) {
    assertThat(allowed(profile, "Completion"))
        .containsExactlyInAnyOrder(
            "rds-db:connect on " + user("sluice_completion"),
            "secretsmanager:GetSecretValue on <IdKey>",
            "sqs:DeleteMessage on <Completions>",
            "sqs:GetQueueAttributes on <Completions>",
            "sqs:ReceiveMessage on <Completions>",
            "s3:ListBucket on <Objects>",
            "s3:GetObject on " + BODIES);
  }

  @ParameterizedTest
  @EnumSource
  void theDaemonTakesWakesAndSendsWhatWasSpilled(Profile profile) {
    List<String> expected =
        new ArrayList<>(
            List.of(
                "rds-db:connect on " + user("sluice_daemon"),
                "secretsmanager:GetSecretValue on <IdKey>",
                "secretsmanager:GetSecretValue on " + UPSTREAM,
                "sqs:DeleteMessage on <Wakes>",
                "sqs:GetQueueAttributes on <Wakes>",
                "sqs:ReceiveMessage on <Wakes>",
                "sqs:SendMessage on <Completions>",
                "sqs:GetQueueAttributes on <Completions>",
                "s3:ListBucket on <Objects>",
                "s3:GetObject on <Objects>/spill/*",
                "s3:DeleteObject on <Objects>/spill/*",
                "s3:DeleteObject on " + BODIES));
    if (profile == Profile.DEV) {
      expected.add(
          "scheduler:CreateSchedule on arn:<Partition>:scheduler:<Region>:<AccountId>:schedule/sluice-dev-daemon/*");
      expected.add("iam:PassRole on <ScheduleRole>");
    }

    assertThat(allowed(profile, "Daemon")).containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @EnumSource
  void theMigrationReadsTheMasterSecretAndNothingElse(Profile profile) {
    assertThat(allowed(profile, "Migration"))
        .containsExactly("secretsmanager:GetSecretValue on <Database.MasterUserSecretSecretArn>");
  }

  @ParameterizedTest
  @EnumSource
  void theSchedulerStartsTheDaemonAndNothingElse(Profile profile) {
    assertThat(policy(profile, "ScheduleRoleDefaultPolicy"))
        .containsExactly("lambda:InvokeFunction on <DaemonLive>");
  }

  @Test
  void whatTheDaemonPassesIsPassedToTheSchedulerAlone() {
    Template functions = Synthesis.of(Profile.DEV).stack("functions");

    JsonNode pass =
        functions
            .named("AWS::IAM::Policy", "DaemonRoleDefaultPolicy")
            .at("PolicyDocument/Statement")
            .findParents("Action")
            .stream()
            .filter(each -> each.get("Action").asText().equals("iam:PassRole"))
            .findFirst()
            .orElseThrow();

    assertThat(pass.at("/Condition/StringEquals/iam:PassedToService").asText())
        .isEqualTo("scheduler.amazonaws.com");
  }

  @ParameterizedTest
  @EnumSource
  void theCodeOfAFunctionTouchesNoNetworkInterface(Profile profile) {
    Template functions = Synthesis.of(profile).stack("functions");

    for (String name : List.of("Inference", "Api", "Completion", "Daemon", "Migration")) {
      JsonNode denied =
          Template.elements(
                  functions
                      .named("AWS::IAM::Policy", name + "RoleDefaultPolicy")
                      .at("PolicyDocument/Statement"))
              .filter(each -> each.path("Effect").asText().equals("Deny"))
              .findFirst()
              .orElseThrow();

      assertThat(Template.texts(denied.path("Action")))
          .containsExactlyElementsOf(Permissions.INTERFACES);
      assertThat(Template.text(denied.at("/Condition/ArnEquals/lambda:SourceFunctionArn")))
          .endsWith(":function:sluice-" + profile.text() + "-" + name.toLowerCase(Locale.ROOT));
    }
  }

  private static String user(String role) {
    return "arn:<Partition>:rds-db:<Region>:<AccountId>:dbuser:<Database.DBClusterResourceId>/"
        + role;
  }

  /// What a function's role allows, but for what all have: logs and network interfaces.
  private static List<String> allowed(Profile profile, String function) {
    return policy(profile, function + "RoleDefaultPolicy").stream()
        .filter(each -> !each.startsWith("ec2:"))
        .filter(each -> !each.endsWith("on <" + function + "Logs>"))
        .toList();
  }

  private static List<String> policy(Profile profile, String id) {
    return walk(Synthesis.of(profile)).stream()
        .filter(each -> each.policy().equals(id))
        .map(each -> each.action() + " on " + each.resource())
        .toList();
  }

  /// Everything that is allowed, by policies of roles and of resources alike.
  private static List<Allowed> walk(Synthesis synthesis) {
    return synthesis.stacks().stream()
        .flatMap(Template::resources)
        // In a key's own policy, * is that key: ObservabilityStackTest reads it.
        .filter(resource -> !resource.type().equals("AWS::KMS::Key"))
        .flatMap(resource ->
            resource.properties().findValues("Statement").stream()
                .flatMap(Template::elements)
                .filter(each -> each.path("Effect").asText().equals("Allow"))
                .flatMap(each -> allowed(resource.id().replaceFirst("[0-9A-F]{8}$", ""), each)))
        .toList();
  }

  private static Stream<Allowed> allowed(String policy, JsonNode statement) {
    return Template.texts(statement.path("Action"))
        .flatMap(action ->
            Template.texts(statement.path("Resource"))
                .map(resource -> new Allowed(policy, action, resource)));
  }
}
