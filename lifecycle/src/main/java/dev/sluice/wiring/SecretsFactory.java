package dev.sluice.wiring;

import dev.sluice.account.KeyHasher;
import dev.sluice.aws.SecretsManagerSecrets;
import dev.sluice.request.ResponseIds;
import dev.sluice.upstream.CredentialSource;
import dev.sluice.upstream.CredentialSource.CredentialUnavailableException;
import dev.sluice.upstream.Upstream;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Everything that is made from a secret of the deployment.
@Factory
final class SecretsFactory {

  @Singleton
  SecretsManagerSecrets secretsManagerSecrets() {
    return SecretsManagerSecrets.ofEnvironment();
  }

  @Singleton
  SecretValues secretValues(SecretsManagerSecrets secrets) {
    return new SecretValues(secrets::value);
  }

  @Singleton
  @Requires(property = "sluice.id-key")
  ResponseIds responseIds(
      SecretValues secrets,
      @Property(name = "sluice.id-key") String idKey,
      InstantSource clock,
      SecureRandom random) {
    return new ResponseIds(secrets.bytes("sluice.id-key", idKey), clock, random);
  }

  /// @param peppers `version:base64` pairs separated by commas, the form that an environment
  ///   variable can hold
  @Singleton
  @Requires(property = "sluice.peppers")
  KeyHasher keyHasher(SecretValues secrets, @Property(name = "sluice.peppers") String peppers) {
    Map<Integer, byte[]> byVersion = new HashMap<>();
    for (String pair : secrets.text(peppers).split(",", -1)) {
      String[] parts = pair.trim().split(":", 2);
      if (parts.length != 2 || !parts[0].matches("[0-9]{1,4}")) {
        throw new IllegalArgumentException(
            "The setting sluice.peppers must look like 1:<base64>,2:<base64>");
      }
      byVersion.put(Integer.valueOf(parts[0]), secrets.bytes("sluice.peppers", parts[1]));
    }
    return new KeyHasher(byVersion);
  }

  @Singleton
  CredentialSource credentialSource(SecretsManagerSecrets secrets) {
    return upstream ->
        switch (upstream.credential()) {
          case Upstream.Credential.None _ -> Optional.empty();
          case Upstream.Credential.Environment(String variable) ->
              Optional.of(environment(upstream, variable));
          case Upstream.Credential.Secret(String id) -> Optional.of(secret(secrets, upstream, id));
        };
  }

  private static String environment(Upstream upstream, String variable) {
    String key = System.getenv(variable);
    if (key == null || key.isBlank()) {
      throw new CredentialUnavailableException(
          upstream.name(), new IllegalStateException(variable + " is not set"));
    }
    return key;
  }

  private static String secret(SecretsManagerSecrets secrets, Upstream upstream, String id) {
    try {
      return secrets.value(id);
    } catch (SecretsManagerSecrets.SecretUnavailableException e) {
      throw new CredentialUnavailableException(upstream.name(), e);
    }
  }
}
