package dev.sluice.priming;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sluice.account.AccountStore;
import dev.sluice.priming.LoopbackServer.Conversation;
import dev.sluice.telemetry.Metrics;
import dev.sluice.upstream.ModelCatalog;
import dev.sluice.upstream.ModelsFile;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.context.RuntimeBeanDefinition;
import io.micronaut.inject.qualifiers.PrimaryQualifier;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// What a function needs around it to do its work once for nothing: a model server, a queue and a
/// database on the loopback interface, objects in memory, figures that nobody counts, one key, and
/// settings that replace those of the environment altogether.
///
/// Closing it ends every connection. For use by one thread.
public final class Rehearsal implements AutoCloseable {

  /// The one model: chat and responses, over a server that speaks chat.
  public static final String MODEL = "rehearsal";

  /// So often the same is done: enough for the compiler to take what is hot, little enough for a
  /// start of a few seconds.
  public static final int ROUNDS = 10;

  /// Of the largest body, of [#text]: with it a record comes near the limit of the queue.
  public static final int LARGEST_BODY_BYTES = 1_000_000;

  /// Signs nothing that anybody keeps.
  private static final byte[] KEY_OF_NOTHING =
      "a rehearsal is not a secret here".getBytes(US_ASCII);

  private final LoopbackServer model;
  private final LoopbackServer queue;
  private final LoopbackServer database;
  private final RehearsedAccounts accounts;

  private Rehearsal(LoopbackServer model, LoopbackServer queue, LoopbackServer database) {
    this.model = model;
    this.queue = queue;
    this.database = database;
    this.accounts = new RehearsedAccounts(KEY_OF_NOTHING);
  }

  /// @throws IOException when there is no port for one of the servers; none is left then
  public static Rehearsal start() throws IOException {
    List<LoopbackServer> started = new ArrayList<>();
    try {
      for (Conversation conversation :
          List.of(
              new LoopbackHttp(LoopbackModel::answer),
              new LoopbackHttp(LoopbackQueue::answer),
              new LoopbackDatabase())) {
        started.add(LoopbackServer.start(conversation));
      }
    } catch (IOException e) {
      for (LoopbackServer server : started) {
        server.close();
      }
      throw e;
    }
    return new Rehearsal(started.get(0), started.get(1), started.get(2));
  }

  /// Gives the beans of a function to come what they need, and keeps the environment from them.
  public ApplicationContextBuilder equip(ApplicationContextBuilder builder) {
    return builder
        .deduceEnvironment(false)
        .banner(false)
        .environmentPropertySource(false)
        .properties(settings())
        .singletons(models(), new RehearsedObjects(), (Metrics) (_, _, _) -> {})
        .beanDefinitions(
            RuntimeBeanDefinition.builder(AccountStore.class, () -> accounts)
                .singleton(true)
                .qualifier(PrimaryQualifier.instance())
                .build());
  }

  private Map<String, Object> settings() {
    String secret = Base64.getEncoder().encodeToString(KEY_OF_NOTHING);
    String queueUrl = "http://" + queue.address();
    return Map.ofEntries(
        // The hooks of these beans are not those of the function.
        Map.entry("crac.enabled", false),
        Map.entry(
            "datasources.default.url",
            "jdbc:postgresql://" + database.address() + "/rehearsal?sslmode=disable"),
        Map.entry("datasources.default.username", "rehearsal"),
        Map.entry("datasources.default.password", ""),
        // The database gives times as text only.
        Map.entry("sluice.database.prepare-threshold", 0),
        Map.entry("sluice.id-key", secret),
        Map.entry("sluice.peppers", "1:" + secret),
        Map.entry("sluice.queue.endpoint", queueUrl),
        Map.entry("sluice.queue.url", queueUrl + "/000000000000/rehearsal"),
        Map.entry("sluice.wake.url", queueUrl + "/000000000000/rehearsal-wake"));
  }

  private ModelCatalog models() {
    return ModelsFile.parse(
        """
        upstreams:
          - { name: rehearsal, base_url: "http://%s/v1", protocol: chat, auth: none }
        models:
          - { alias: %s, upstreams: [ { name: rehearsal, model: m } ], endpoints: [ chat, responses ] }
        """
            .formatted(model.address(), MODEL),
        _ -> false);
  }

  /// The key that all accounts of this rehearsal have, as its owner presents it.
  public String key() {
    return accounts.key();
  }

  /// Looks a key up in every store that the beans have, the database among them.
  public void lookUpKey(ApplicationContext context) {
    for (AccountStore store : context.getBeansOfType(AccountStore.class)) {
      var _ = store.findKey(RehearsedAccounts.KEY_ID);
    }
  }

  /// Text that compression makes a quarter shorter and base64 as long again, the same each time: it
  /// takes as many bytes in a record as it has.
  public static String text(int bytes) {
    StringBuilder text = new StringBuilder(bytes + 64);
    byte[] block = KEY_OF_NOTHING;
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      while (text.length() < bytes) {
        block = digest.digest(block);
        text.append(Base64.getEncoder().withoutPadding().encodeToString(block));
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
    return text.substring(0, bytes);
  }

  @Override
  public void close() throws IOException {
    try (model;
        queue) {
      database.close();
    }
  }
}
