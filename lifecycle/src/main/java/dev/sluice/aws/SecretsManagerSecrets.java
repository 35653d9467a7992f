package dev.sluice.aws;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/// Secrets from Secrets Manager, read when first needed and again when they are old, so that a
/// rotation is seen and no secret is part of a snapshot. Safe for use by several threads.
public final class SecretsManagerSecrets {

  private static final Duration FRESH_FOR = Duration.ofMinutes(5);

  /// A secret that Secrets Manager did not hand out. Names the secret, never its value.
  public static final class SecretUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SecretUnavailableException(String id, Throwable cause) {
      super("The secret " + id + " cannot be read", cause);
    }
  }

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

  public static SecretsManagerSecrets ofEnvironment() {
    return new SecretsManagerSecrets(
        () ->
            SecretsManagerClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build(),
        System::nanoTime);
  }

  /// The current value.
  ///
  /// @throws SecretUnavailableException when it is not held, or too old, and cannot be read
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
      throw new SecretUnavailableException(id, e);
    }
  }

  private synchronized SecretsManagerClient client() {
    if (client == null) {
      client = clients.get();
    }
    return client;
  }
}
