package dev.sluice.aws;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;

/// Makes clients of SQS that fall silent with nobody.
final class SqsClients {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);

  /// Servers other than AWS want a signature, but not a particular one.
  private static final StaticCredentialsProvider ANY_CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));

  private SqsClients() {}

  /// @param endpoint a server other than AWS; null on AWS
  /// @param longestSilence of one attempt
  static SqsClient connect(@Nullable URI endpoint, Duration longestSilence) {
    SqsClientBuilder builder =
        SqsClient.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_LIMIT)
                    .socketTimeout(longestSilence));
    if (endpoint != null) {
      var _ =
          builder
              .endpointOverride(endpoint)
              .region(Region.US_EAST_1)
              .credentialsProvider(
                  AwsCredentialsProviderChain.of(
                      EnvironmentVariableCredentialsProvider.create(), ANY_CREDENTIALS));
    }
    return builder.build();
  }
}
