package dev.sluice.aws;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;

/// Leads clients to a server that speaks for AWS.
final class OtherServer {

  /// Other servers have no regions, but a signature names one.
  static final Region REGION = Region.US_EAST_1;

  private OtherServer() {}

  /// The same builder.
  ///
  /// @param endpoint a server other than AWS; null on AWS
  static <B extends AwsClientBuilder<B, ?>> B orAws(B builder, @Nullable URI endpoint) {
    return endpoint == null
        ? builder
        : builder.endpointOverride(endpoint).region(REGION).credentialsProvider(credentials());
  }

  /// The function's own: Lambda puts them into the environment, and beside a copy of a snapshot,
  /// from where they are fetched. Where there are none, any do: servers other than AWS want a
  /// signature, but not a particular one.
  static AwsCredentialsProvider credentials() {
    return AwsCredentialsProviderChain.builder()
        .credentialsProviders(
            EnvironmentVariableCredentialsProvider.create(),
            ContainerCredentialsProvider.create(),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        // One that failed once is asked again.
        .reuseLastProviderEnabled(false)
        .build();
  }
}
