package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.sandbox.SecretUnavailableException;
import dev.sluice.wire.Json;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/// Against a stand-in for `GetSecretValue` (AWS Secrets Manager API Reference).
final class SecretsManagerSecretsTest {

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicReference<UpstreamAnswer> answer = new AtomicReference<>(secret("first"));

  @Test
  void aSecretIsReadWhenItIsFirstAskedForAndAgainWhenItIsOld() {
    try (ScriptedUpstream server = ScriptedUpstream.start(_ -> answer.get())) {
      SecretsManagerSecrets secrets = secrets(server);
      assertThat(server.requests()).isEmpty();

      assertThat(secrets.value("the-id")).isEqualTo("first");
      answer.set(secret("second"));
      nanos.addAndGet(Duration.ofMinutes(5).toNanos() - 1);
      assertThat(secrets.value("the-id")).isEqualTo("first");
      nanos.incrementAndGet();
      assertThat(secrets.value("the-id")).isEqualTo("second");

      assertThat(server.requests()).hasSize(2);
      assertThat(Json.objectOrEmpty(server.requests().getFirst().body()).text("SecretId"))
          .contains("the-id");
    }
  }

  @Test
  void whatWasForgottenIsReadAgain() {
    try (ScriptedUpstream server = ScriptedUpstream.start(_ -> answer.get())) {
      SecretsManagerSecrets secrets = secrets(server);
      var _ = secrets.value("the-id");
      answer.set(secret("second"));

      secrets.forget();

      assertThat(secrets.value("the-id")).isEqualTo("second");
    }
  }

  @Test
  void aFailureIsNotRemembered() {
    try (ScriptedUpstream server = ScriptedUpstream.start(_ -> answer.get())) {
      SecretsManagerSecrets secrets = secrets(server);
      answer.set(
          UpstreamAnswer.json(
              400,
              "{\"__type\":\"ResourceNotFoundException\",\"message\":\"no\"}",
              Map.of("x-amzn-errortype", "ResourceNotFoundException")));

      assertThatThrownBy(() -> secrets.value("the-id"))
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessageContaining("the-id");

      answer.set(secret("there"));
      assertThat(secrets.value("the-id")).isEqualTo("there");
    }
  }

  @Test
  void anotherServerIsAskedWithoutAnAccount() {
    try (ScriptedUpstream server = ScriptedUpstream.start(_ -> answer.get())) {
      URI endpoint = URI.create("http://127.0.0.1:" + server.port());

      assertThat(SecretsManagerSecrets.connect(endpoint).value("the-id")).isEqualTo("first");
    }
  }

  @Test
  void aSilentServerIsGivenUpInTime() {
    try (ScriptedUpstream server = ScriptedUpstream.start(_ -> UpstreamAnswer.never())) {
      long before = System.nanoTime();

      assertThatThrownBy(() -> secrets(server).value("the-id"))
          .isInstanceOf(SecretUnavailableException.class);

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
    }
  }

  private SecretsManagerSecrets secrets(ScriptedUpstream server) {
    return new SecretsManagerSecrets(
        () ->
            SecretsManagerSecrets.limited()
                .endpointOverride(URI.create("http://127.0.0.1:" + server.port()))
                .region(Region.US_EAST_1)
                .credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
                .build(),
        nanos::get);
  }

  private static UpstreamAnswer secret(String value) {
    return UpstreamAnswer.json(
        200, "{\"Name\":\"the-id\",\"SecretString\":\"" + value + "\",\"VersionId\":\"v\"}");
  }
}
