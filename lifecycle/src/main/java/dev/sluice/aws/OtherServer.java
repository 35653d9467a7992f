package dev.sluice.aws;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;

/// Leads clients to a server that speaks for AWS.
final class OtherServer {

  /// Servers other than AWS want a signature, but not a particular one.
  private static final StaticCredentialsProvider ANY_CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));

  private OtherServer() {}

  /// The same builder.
  ///
  /// @param endpoint a server other than AWS; null on AWS
  static <B extends AwsClientBuilder<B, ?>> B orAws(B builder, @Nullable URI endpoint) {
    return endpoint == null
        ? builder
        : builder
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                AwsCredentialsProviderChain.of(
                    EnvironmentVariableCredentialsProvider.create(), ANY_CREDENTIALS));
  }
}
