package dev.sluice.local;

import java.nio.file.Path;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.ResourceExistsException;

/// Where the functions of a dev stack find large bodies and secrets: beside the database and
/// written out, or in S3 and Secrets Manager of another server, which then have a bucket and three
/// secrets more.
final class StackStores {

  /// Where functions look when they are told of a server other than AWS.
  private static final Region REGION = Region.US_EAST_1;

  private static final StaticCredentialsProvider ANY_CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));

  private StackStores() {}

  /// The settings of functions whose stores are files.
  static Map<String, Object> inFiles(Path objects, StackSecrets secrets) {
    return Map.of(
        "sluice.objects.directory", objects.toString(),
        "sluice.id-key", secrets.idKey(),
        "sluice.peppers", peppers(secrets),
        "sluice.admin-key", secrets.adminKey());
  }

  /// Makes what is missing on a server, and the settings of functions that use it. A repeat changes
  /// nothing.
  ///
  /// @throws software.amazon.awssdk.core.exception.SdkException when the server does not answer
  static Map<String, Object> on(AwsServer server, StackSecrets secrets) {
    makeBucket(server);
    try (SecretsManagerClient client = client(SecretsManagerClient.builder(), server)) {
      String endpoint = server.endpoint().toString();
      return Map.of(
          "sluice.objects.bucket", server.bucket(),
          "sluice.objects.endpoint", endpoint,
          "sluice.secrets.endpoint", endpoint,
          "sluice.id-key", keep(client, server.secret("id-key"), secrets.idKey()),
          "sluice.peppers", keep(client, server.secret("peppers"), peppers(secrets)),
          "sluice.admin-key", keep(client, server.secret("admin-key"), secrets.adminKey()));
    }
  }

  private static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
      B builder, AwsServer server) {
    return builder
        .endpointOverride(server.endpoint())
        .region(REGION)
        .credentialsProvider(ANY_CREDENTIALS)
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  private static String peppers(StackSecrets secrets) {
    return "1:" + secrets.pepper();
  }

  private static void makeBucket(AwsServer server) {
    try (S3Client client = client(S3Client.builder().forcePathStyle(true), server)) {
      var _ = client.createBucket(request -> request.bucket(server.bucket()));
    } catch (BucketAlreadyOwnedByYouException _) {
      // Made by an earlier start.
    }
  }

  /// Makes a secret, or gives it this value, and answers the setting that refers to it.
  private static String keep(SecretsManagerClient client, String name, String value) {
    try {
      var _ = client.createSecret(request -> request.name(name).secretString(value));
    } catch (ResourceExistsException _) {
      var _ = client.putSecretValue(request -> request.secretId(name).secretString(value));
    }
    return "secret:" + name;
  }
}
