package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What is left after `destroy --all`: the table in README.md, "Remove".
@NeedsNode
final class WhatStaysTest {

  @Test
  void devLeavesNothingButTheAccountsRoleForLogs() {
    assertThat(staying(Profile.DEV)).containsExactly("AWS::ApiGateway::Account", "AWS::IAM::Role");
  }

  @Test
  void prodLeavesWhatHoldsDataAndWhatOpensIt() {
    assertThat(staying(Profile.PROD))
        .containsExactly(
            "AWS::ApiGateway::Account",
            "AWS::IAM::Role",
            "AWS::RDS::DBCluster",
            "AWS::S3::Bucket",
            "AWS::SecretsManager::Secret");
  }

  @Test
  void aFirstDeploymentOfProdThatFailsLeavesNoEmptyBucketAndNoUnusedSecret() {
    assertThat(removed(Profile.PROD, "RetainExceptOnCreate"))
        .containsExactly("AWS::S3::Bucket", "AWS::SecretsManager::Secret");
  }

  private static Set<String> staying(Profile profile) {
    return removed(profile, "Retain|RetainExceptOnCreate|Snapshot");
  }

  /// The types of resources that are removed by such a policy.
  private static Set<String> removed(Profile profile, String policies) {
    Set<String> types = new TreeSet<>();
    for (JsonNode template : Synthesis.of(profile).templates().values()) {
      for (JsonNode resource : template.path("Resources")) {
        if (resource.path("DeletionPolicy").asText().matches(policies)) {
          types.add(resource.path("Type").asText());
        }
      }
    }
    return types;
  }
}
