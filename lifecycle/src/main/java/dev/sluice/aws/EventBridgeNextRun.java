package dev.sluice.aws;

import dev.sluice.request.NextRun;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.endpoint.DualstackEnabledProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.EndpointTag;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceEndpointKey;
import software.amazon.awssdk.regions.ServiceMetadata;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/// One-time schedules of Amazon EventBridge Scheduler, one for each minute in which a run is wanted
/// (EventBridge Scheduler API Reference, "CreateSchedule"). Each deletes itself when it has called.
///
/// The request is written here and signed by the SDK, because the SDK's own client of this service
/// is not published at the version in use. Safe for use by several threads.
public final class EventBridgeNextRun implements NextRun, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventBridgeNextRun.class);

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_SILENCE = Duration.ofMillis(1_500);

  /// The second one for a connection that died while the function was frozen.
  private static final int ATTEMPTS = 2;

  private static final int CONFLICT = 409;

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'daemon-'uuuuMMdd'T'HHmm").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter AT =
      DateTimeFormatter.ofPattern("'at('uuuu-MM-dd'T'HH:mm:ss')'").withZone(ZoneOffset.UTC);

  private final SdkHttpClient client =
      UrlConnectionHttpClient.builder()
          .connectionTimeout(CONNECT_LIMIT)
          .socketTimeout(LONGEST_SILENCE)
          .build();
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final Target target;
  private final AwsCredentialsProvider credentials;
  private final AwsRegionProvider regions;
  private final Clock clock;
  private final Metrics metrics;

  /// @param group of the schedules
  /// @param role that Scheduler assumes to call the function
  /// @param endpoint a server other than AWS; null on AWS
  public record Target(String group, String role, @Nullable URI endpoint) {}

  /// @param error the label of a refusal, such as `AccessDeniedException`; null when there is none
  private record Answer(int status, @Nullable String error) {

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]{1,64}");

    /// What follows the label is an address.
    static Answer of(SdkHttpResponse response) {
      return new Answer(
          response.statusCode(),
          response
              .firstMatchingHeader("x-amzn-errortype")
              .map(LABEL::matcher)
              .filter(Matcher::lookingAt)
              .map(Matcher::group)
              .orElse(null));
    }
  }

  private EventBridgeNextRun(
      Target target,
      AwsCredentialsProvider credentials,
      AwsRegionProvider regions,
      InstantSource clock,
      Metrics metrics) {
    this.target = target;
    this.credentials = credentials;
    this.regions = regions;
    this.clock = clock.withZone(ZoneOffset.UTC);
    this.metrics = metrics;
  }

  /// @param clock of the signatures
  public static EventBridgeNextRun connect(Target target, InstantSource clock, Metrics metrics) {
    return target.endpoint() == null
        ? new EventBridgeNextRun(
            target,
            DefaultCredentialsProvider.builder().build(),
            new DefaultAwsRegionProviderChain(),
            clock,
            metrics)
        : new EventBridgeNextRun(
            target, OtherServer.credentials(), () -> OtherServer.REGION, clock, metrics);
  }

  @Override
  public void arrange(String function, Instant at) {
    String name = NAME.format(at);
    try {
      Answer answer = create(name, schedule(name, function, at));
      // A conflict is somebody else's call in the same minute.
      if (answer.status() / 100 == 2 || answer.status() == CONFLICT) {
        metrics.count(Metric.DAEMON_NEXT_RUNS);
        LOG.atInfo().addKeyValue("at", at).log("The daemon will be called for what is left");
      } else {
        failed("refused", at, answer, null);
      }
    } catch (IOException e) {
      failed("unreachable", at, null, e);
    } catch (SdkException e) {
      failed("credentials", at, null, e);
    }
  }

  private void failed(
      String reason, Instant at, @Nullable Answer answer, @Nullable Throwable cause) {
    metrics.count(Metric.DAEMON_NEXT_RUN_FAILURES, reason);
    LOG.atWarn()
        .addKeyValue("at", at)
        .addKeyValue("reason", reason)
        .addKeyValue("status", answer == null ? null : answer.status())
        .addKeyValue("error", answer == null ? null : answer.error())
        .setCause(cause)
        .log("No run could be arranged; the regular schedule finds what is left");
  }

  /// 0 retries and the shortest age: a call that comes late finds nothing that the next would not.
  private byte[] schedule(String name, String function, Instant at) {
    JsonObject retries =
        JsonObject.builder()
            .put("MaximumEventAgeInSeconds", 60)
            .put("MaximumRetryAttempts", 0)
            .build();
    return Json.writeAscii(
        JsonObject.builder()
            .put("ActionAfterCompletion", "DELETE")
            .put("ClientToken", name)
            .put("FlexibleTimeWindow", JsonObject.builder().put("Mode", "OFF").build())
            .put("GroupName", target.group())
            .put("ScheduleExpression", AT.format(at))
            .put("ScheduleExpressionTimezone", "UTC")
            .put(
                "Target",
                JsonObject.builder()
                    .put("Arn", function)
                    .put("RoleArn", target.role())
                    .put("RetryPolicy", retries)
                    .build())
            .build());
  }

  private Answer create(String name, byte[] body) throws IOException {
    Region region = regions.getRegion();
    URI server = target.endpoint() == null ? server(region) : target.endpoint();
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(server)
            .encodedPath("/schedules/" + name)
            .putHeader("content-type", "application/json")
            .putHeader("content-length", Integer.toString(body.length))
            .build();
    ContentStreamProvider content = ContentStreamProvider.fromByteArray(body);
    SignedRequest signed =
        signer.sign(signing ->
            signing
                .identity(credentials.resolveCredentials())
                .request(request)
                .payload(content)
                .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "scheduler")
                .putProperty(AwsV4HttpSigner.REGION_NAME, region.id())
                .putProperty(HttpSigner.SIGNING_CLOCK, clock));
    return send(
        HttpExecuteRequest.builder()
            .request(signed.request())
            .contentStreamProvider(signed.payload().orElse(content))
            .build());
  }

  /// The one that answers by IPv6, too, where `AWS_USE_DUALSTACK_ENDPOINT` asks for it, as the
  /// SDK's own clients read it.
  static URI server(Region region) {
    ServiceEndpointKey.Builder key = ServiceEndpointKey.builder().region(region);
    if (DualstackEnabledProvider.builder().build().isDualstackEnabled().orElse(false)) {
      key.tags(EndpointTag.DUALSTACK);
    }
    return URI.create("https://" + ServiceMetadata.of("scheduler").endpointFor(key.build()));
  }

  private Answer send(HttpExecuteRequest request) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        var answer = client.prepareRequest(request).call();
        answer.responseBody().ifPresent(body -> body.abort());
        return Answer.of(answer.httpResponse());
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
