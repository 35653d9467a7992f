package dev.sluice.aws;

import dev.sluice.sandbox.DatabaseLogin;
import dev.sluice.sandbox.SecretUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/// Logins at Amazon RDS with the function's own role. The password is a signed request that nobody
/// sends (Amazon RDS User Guide, "IAM database authentication"); signing it asks no service.
///
/// The SDK makes the same text in its module for RDS, which is larger than the rest of a function.
public final class RdsDatabaseLogin implements DatabaseLogin {

  /// RDS accepts no longer one.
  private static final Duration VALID_FOR = Duration.ofMinutes(15);

  private static final String SCHEME = "https";

  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final AwsCredentialsProvider credentials;
  private final AwsRegionProvider regions;
  private final Clock clock;

  /// @param credentials asked at each login
  /// @param regions asked at each login
  RdsDatabaseLogin(
      AwsCredentialsProvider credentials, AwsRegionProvider regions, InstantSource clock) {
    this.credentials = credentials;
    this.regions = regions;
    this.clock = clock.withZone(ZoneOffset.UTC);
  }

  /// Logins with the credentials and in the region of this function.
  public static RdsDatabaseLogin ofEnvironment(InstantSource clock) {
    return new RdsDatabaseLogin(
        DefaultCredentialsProvider.builder().build(), new DefaultAwsRegionProviderChain(), clock);
  }

  @Override
  public String password(String host, int port, String user) {
    SdkHttpRequest connect =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.GET)
            .protocol(SCHEME)
            .host(host)
            .port(port)
            .encodedPath("/")
            .putRawQueryParameter("Action", "connect")
            .putRawQueryParameter("DBUser", user)
            .build();
    return presigned(connect).getUri().toString().substring((SCHEME + "://").length());
  }

  private SdkHttpRequest presigned(SdkHttpRequest request) {
    try {
      return signer
          .sign(signing ->
              signing
                  .identity(credentials.resolveCredentials())
                  .request(request)
                  .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "rds-db")
                  .putProperty(AwsV4HttpSigner.REGION_NAME, regions.getRegion().id())
                  .putProperty(
                      AwsV4FamilyHttpSigner.AUTH_LOCATION,
                      AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                  .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, VALID_FOR)
                  .putProperty(HttpSigner.SIGNING_CLOCK, clock))
          .request();
    } catch (SdkException e) {
      throw new SecretUnavailableException("The credentials for a database login are not there", e);
    }
  }
}
