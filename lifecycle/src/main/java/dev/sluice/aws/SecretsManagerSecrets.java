package dev.sluice.aws;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/// Secrets from Secrets Manager, read when first needed and again when they are old, so that a
/// rotation is seen and no secret is part of a snapshot. Safe for use by several threads.
public final class SecretsManagerSecrets {

  private static final Duration FRESH_FOR = Duration.ofMinutes(5);

  private record Held(String value, long readAtNanos) {}

  private final SecretsManagerClient client;
  private final LongSupplier nanoClock;
  private final ConcurrentHashMap<String, Held> held = new ConcurrentHashMap<>();

  public SecretsManagerSecrets(SecretsManagerClient client, LongSupplier nanoClock) {
    this.client = client;
    this.nanoClock = nanoClock;
  }

  /// The current value.
  ///
  /// @throws software.amazon.awssdk.core.exception.SdkException when it cannot be read and none is
  ///   held
  public String value(String id) {
    long now = nanoClock.getAsLong();
    Held known = held.get(id);
    if (known != null && now - known.readAtNanos() < FRESH_FOR.toNanos()) {
      return known.value();
    }
    String value = client.getSecretValue(request -> request.secretId(id)).secretString();
    held.put(id, new Held(value, now));
    return value;
  }
}
