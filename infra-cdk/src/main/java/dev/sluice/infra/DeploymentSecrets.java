package dev.sluice.infra;

import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.secretsmanager.SecretStringGenerator;
import software.constructs.Construct;

/// The secrets that Secrets Manager makes at the first deployment. Nobody else has seen them: the
/// template and the functions' environment name them only.
///
/// @param idKey tags the ids of responses
/// @param peppers hash the keys of accounts
/// @param adminKey authorises `/admin`, by which the first account is made
record DeploymentSecrets(Secret idKey, Secret peppers, Secret adminKey) {

  /// Of letters and digits, so that it is base64 as well: 48 bytes.
  private static final int CHARACTERS = 64;

  static DeploymentSecrets in(Construct scope, Profile profile) {
    return new DeploymentSecrets(
        secret(scope, "IdKey", "Sluice: tags the ids of responses", profile),
        secret(scope, "Peppers", "Sluice: hashes the keys of accounts", profile),
        secret(scope, "AdminKey", "Sluice: the first admin key", profile));
  }

  private static Secret secret(Construct scope, String id, String description, Profile profile) {
    Secret secret =
        Secret.Builder.create(scope, id)
            .description(description)
            .generateSecretString(
                SecretStringGenerator.builder()
                    .passwordLength(CHARACTERS)
                    .excludePunctuation(true)
                    .includeSpace(false)
                    .build())
            .removalPolicy(
                switch (profile) {
                  case DEV -> RemovalPolicy.DESTROY;
                  // But for those of a first deployment that failed, which opened nothing yet.
                  case PROD -> RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
                })
            .build();
    Findings.stand(
        secret,
        "AwsSolutions-SMG4",
        "Another value would make ids and keys that are in use worthless: it is changed by hand, peppers by adding a version.");
    return secret;
  }
}
