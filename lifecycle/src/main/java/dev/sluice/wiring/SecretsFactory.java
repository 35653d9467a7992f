package dev.sluice.wiring;

import dev.sluice.account.KeyHasher;
import dev.sluice.aws.RdsDatabaseLogin;
import dev.sluice.aws.SecretsManagerSecrets;
import dev.sluice.request.ResponseIds;
import dev.sluice.sandbox.DatabaseLogin;
import dev.sluice.sandbox.SecretUnavailableException;
import dev.sluice.sandbox.Secrets;
import dev.sluice.translate.SealedSummary;
import dev.sluice.upstream.CredentialSource;
import dev.sluice.upstream.CredentialSource.CredentialUnavailableException;
import dev.sluice.upstream.Upstream;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Everything that is made from a secret of the deployment.
@Factory
final class SecretsFactory {

  /// Made when the first secret is read.
  ///
  /// @param endpoint a server other than AWS, null on AWS
  @Singleton
  @Secondary
  Secrets secrets(@Property(name = "sluice.secrets.endpoint") @Nullable URI endpoint) {
    return SecretsManagerSecrets.connect(endpoint);
  }

  /// Made at the first login of `sluice.database.authentication: iam`.
  @Singleton
  @Secondary
  DatabaseLogin databaseLogin(InstantSource clock) {
    return RdsDatabaseLogin.ofEnvironment(clock);
  }

  @Singleton
  @Requires(property = "sluice.id-key")
  ResponseIds responseIds(
      SecretValues secrets,
      @Property(name = "sluice.id-key") String idKey,
      InstantSource clock,
      SecureRandom random) {
    return new ResponseIds(idKey(secrets, idKey), clock, random);
  }

  @Singleton
  @Requires(property = "sluice.id-key")
  SealedSummary sealedSummary(
      SecretValues secrets, @Property(name = "sluice.id-key") String idKey, SecureRandom random) {
    return new SealedSummary(idKey(secrets, idKey), random);
  }

  private static Supplier<SecretKeySpec> idKey(SecretValues secrets, String idKey) {
    return secrets.value(
        "sluice.id-key", idKey, text -> ResponseIds.key(SecretValues.bytes("sluice.id-key", text)));
  }

  @Singleton
  @Requires(property = "sluice.peppers")
  KeyHasher keyHasher(SecretValues secrets, @Property(name = "sluice.peppers") String peppers) {
    return new KeyHasher(secrets.value("sluice.peppers", peppers, SecretsFactory::peppers));
  }

  /// @param text `version:base64` pairs separated by commas, the form that an environment variable
  ///   can hold; or base64 alone, which is version 1, because no generator of secrets writes pairs
  private static KeyHasher.Peppers peppers(String text) {
    Map<Integer, byte[]> byVersion = new HashMap<>();
    String pairs = text.contains(":") || text.contains(",") ? text : "1:" + text;
    for (String pair : pairs.split(",", -1)) {
      String[] parts = pair.trim().split(":", 2);
      if (parts.length != 2 || !parts[0].matches("[0-9]{1,4}")) {
        throw new IllegalArgumentException(
            "The setting sluice.peppers must look like 1:<base64>,2:<base64>");
      }
      byVersion.put(Integer.valueOf(parts[0]), SecretValues.bytes("sluice.peppers", parts[1]));
    }
    return new KeyHasher.Peppers(byVersion);
  }

  @Singleton
  CredentialSource credentialSource(SecretValues secrets) {
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

  private static String secret(SecretValues secrets, Upstream upstream, String id) {
    try {
      return secrets.secret(id);
    } catch (SecretUnavailableException e) {
      throw new CredentialUnavailableException(upstream.name(), e);
    }
  }
}
