package dev.sluice.aws;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/// Makes clients of SQS that fall silent with nobody.
final class SqsClients {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);

  private SqsClients() {}

  /// @param endpoint a server other than AWS; null on AWS
  /// @param longestSilence of one attempt
  static SqsClient connect(@Nullable URI endpoint, Duration longestSilence) {
    return OtherServer.orAws(SqsClient.builder(), endpoint)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT_LIMIT)
                .socketTimeout(longestSilence))
        .build();
  }
}
