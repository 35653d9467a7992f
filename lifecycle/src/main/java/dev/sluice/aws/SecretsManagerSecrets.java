package dev.sluice.aws;

import dev.sluice.sandbox.SecretUnavailableException;
import dev.sluice.sandbox.Secrets;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClientBuilder;

/// Secrets from Secrets Manager, read when first needed and again when they are old, so that a
/// rotation is seen and no secret is part of a snapshot. Safe for use by several threads.
public final class SecretsManagerSecrets implements Secrets {

  private static final Duration FRESH_FOR = Duration.ofMinutes(5);

  /// Of one read, its repeats included: a client waits for it.
  private static final Duration LONGEST_CALL = Duration.ofSeconds(3);

  /// Of one attempt, so that there is time for a second on a new connection.
  private static final Duration LONGEST_SILENCE = Duration.ofMillis(1_400);

  private record Held(String value, long readAtNanos) {}

  private final Supplier<SecretsManagerClient> clients;
  private final LongSupplier nanoClock;
  private final ConcurrentHashMap<String, Held> held = new ConcurrentHashMap<>();
  private @Nullable SecretsManagerClient client;

  /// @param clients makes the client at the first read: a deployment without such secrets needs no
  ///   AWS
  SecretsManagerSecrets(Supplier<SecretsManagerClient> clients, LongSupplier nanoClock) {
    this.clients = clients;
    this.nanoClock = nanoClock;
  }

  /// Secrets with a client of their own.
  ///
  /// @param endpoint a server other than AWS; null on AWS
  public static SecretsManagerSecrets connect(@Nullable URI endpoint) {
    return new SecretsManagerSecrets(
        () -> OtherServer.orAws(limited(), endpoint).build(), System::nanoTime);
  }

  /// A client whose calls end soon, also when the other side is silently gone.
  static SecretsManagerClientBuilder limited() {
    return SecretsManagerClient.builder()
        .httpClientBuilder(
            UrlConnectionHttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(1))
                .socketTimeout(LONGEST_SILENCE))
        .overrideConfiguration(limits -> limits.apiCallTimeout(LONGEST_CALL));
  }

  @Override
  public String value(String id) {
    long now = nanoClock.getAsLong();
    Held known = held.get(id);
    if (known != null && now - known.readAtNanos() < FRESH_FOR.toNanos()) {
      return known.value();
    }
    try {
      String value = client().getSecretValue(request -> request.secretId(id)).secretString();
      held.put(id, new Held(value, now));
      return value;
    } catch (SdkException e) {
      throw new SecretUnavailableException("The secret " + id + " cannot be read", e);
    }
  }

  @Override
  public void forget() {
    held.clear();
  }

  private synchronized SecretsManagerClient client() {
    if (client == null) {
      client = clients.get();
    }
    return client;
  }
}
