package dev.sluice.gateway.testing;

import dev.sluice.account.Account;
import dev.sluice.account.AccountStore;
import dev.sluice.account.ApiKey;
import dev.sluice.account.KeyHasher;
import dev.sluice.account.KeySecret;
import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.PostgresServer.Database;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a function needs around it: settings, a models file, a directory for objects, and a
/// migrated database of its own on one real server of the test JVM.
public final class TestingDeployment {

  public static final String ADMIN_KEY = "the-admin-key-of-the-tests";

  private static final String MODELS =
      """
      upstreams:
        - name: demo
          base_url: http://127.0.0.1:9/v1
          auth: none
      models:
        - alias: demo-echo
          upstreams: [ { name: demo, model: echo } ]
          endpoints: [ chat ]
        - alias: demo/embed
          upstreams: [ { name: demo, model: embed } ]
          endpoints: [ embeddings ]
      """;

  private static final class Server {
    static final PostgresServer INSTANCE = PostgresServer.start();
  }

  private TestingDeployment() {}

  /// Settings with a new database and a queue in memory.
  public static Map<String, String> settings() {
    Map<String, String> settings = settings(newDatabase().url());
    settings.put("sluice.testing.queue", "memory");
    return settings;
  }

  /// A new database with the newest schema.
  static Database newDatabase() {
    return Server.INSTANCE.newDatabase();
  }

  /// Settings with any database.
  public static Map<String, String> settings(String databaseUrl) {
    try {
      Path directory = Files.createTempDirectory("sluice-test");
      Path models = Files.writeString(directory.resolve("models.yaml"), MODELS);
      String secret =
          Base64.getEncoder()
              .encodeToString(
                  "a secret of thirty-two bytes length".getBytes(StandardCharsets.UTF_8));
      Map<String, String> settings = new HashMap<>();
      settings.put("datasources.default.url", databaseUrl);
      settings.put("datasources.default.username", Database.GATEWAY);
      settings.put("datasources.default.password", "");
      settings.put("sluice.database.pool-size", "4");
      settings.put("sluice.database.connection-timeout", "2s");
      settings.put("sluice.id-key", secret);
      settings.put("sluice.peppers", "1:" + secret);
      settings.put("sluice.config", models.toString());
      settings.put("sluice.objects.directory", directory.resolve("objects").toString());
      settings.put("sluice.admin-key", ADMIN_KEY);
      return settings;
    } catch (IOException e) {
      throw new UncheckedIOException("No temporary directory", e);
    }
  }

  /// A new account with a key.
  ///
  /// @param models null for all
  public static TestingTenant newTenant(ApplicationContext context, @Nullable List<String> models) {
    Instant now = Instant.parse("2026-11-21T10:00:00Z");
    Account account = new Account(UUID.randomUUID(), "tenant", true, null, now);
    context.getBean(AccountStore.class).create(account);
    KeySecret secret = KeySecret.generate(new SecureRandom());
    KeyHasher hasher = context.getBean(KeyHasher.class);
    boolean created =
        context
            .getBean(AccountStore.class)
            .create(
                new ApiKey(
                    secret.id(),
                    account.id(),
                    "key",
                    hasher.hash(secret).hmac(),
                    hasher.hash(secret).pepperVersion(),
                    models,
                    Set.of(),
                    now,
                    null,
                    null));
    if (!created) {
      throw new IllegalStateException("The account was not created");
    }
    return new TestingTenant(account.id(), secret.id(), secret.reveal());
  }

  /// @param key the whole key
  public record TestingTenant(UUID accountId, String keyId, String key) {}
}
