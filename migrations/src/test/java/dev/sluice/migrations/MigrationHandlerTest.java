package dev.sluice.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import dev.sluice.migrations.MasterSecrets.UnreadableException;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class MigrationHandlerTest {

  private static final Context INVOCATION = new TestingInvocation(Duration.ofMinutes(5));
  private static final Context SHORT = new TestingInvocation(Duration.ofSeconds(62));
  private static final String NEWEST = "005";

  private static TestingServer server;

  @BeforeAll
  static void startServer() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void anInvocationMigratesAnEmptyDatabaseAndARepeatChangesNothing() {
    String database = server.newDatabase("handler");

    try (MigrationHandler handler =
        handler(Map.of("datasources.default.url", server.url("handler")))) {
      assertThat(tables(database)).as("before the first invocation").isEmpty();

      assertThat(handler.handleRequest(Map.of(), INVOCATION))
          .isEqualTo(Map.of("schema_version", NEWEST));
      assertThat(handler.handleRequest(Map.of(), INVOCATION))
          .isEqualTo(Map.of("schema_version", NEWEST));
    }

    assertThat(tables(database))
        .contains(
            "account",
            "api_key",
            "request",
            "request_body",
            "response_body",
            "request_attempt",
            "quarantine");
    assertThat(versions(database)).containsExactly("001", "002", "003", "004", "005");
  }

  @Test
  void theHandlerAndTheSchemaClassApplyTheSameMigrations() {
    String database = server.newDatabase("schema");

    assertThat(Schema.migrate(server.owned(database))).isEqualTo(5);

    try (MigrationHandler handler =
        handler(Map.of("datasources.default.url", server.url("schema")))) {
      assertThat(handler.handleRequest(Map.of(), INVOCATION))
          .containsEntry("schema_version", NEWEST);
    }
    assertThat(Schema.migrate(server.owned(database))).isZero();
  }

  @Test
  void theResourceIsMigratedWhenItIsMadeAndWhenItIsChangedAndIsAlwaysTheSame() {
    String database = server.newDatabase("resource");

    try (MigrationHandler handler = handler(deployed(database))) {
      Map<String, Object> made =
          handler.handleRequest(Map.of("RequestType", "Create", "StackId", "s"), INVOCATION);
      Map<String, Object> changed =
          handler.handleRequest(
              Map.of("RequestType", "Update", "PhysicalResourceId", made.get("PhysicalResourceId")),
              INVOCATION);

      assertThat(made)
          .isEqualTo(
              Map.of(
                  "PhysicalResourceId", "sluice-schema", "Data", Map.of("schema_version", NEWEST)))
          .isEqualTo(changed);
    }
    assertThat(versions(database)).hasSize(5);
    assertThat(server.execute(database, DatabaseRoles.GATEWAY, "select count(*) from request"))
        .containsExactly("0");
  }

  @Test
  void aDeletionTouchesNothingNotEvenTheSecret() {
    try (MigrationHandler handler =
        handler(
            Map.of("datasources.default.url", "jdbc:postgresql://127.0.0.1:1/none"),
            _ -> {
              throw new AssertionError("The secret was read");
            })) {
      assertThat(
              handler.handleRequest(
                  Map.of("RequestType", "Delete", "PhysicalResourceId", "the-one-of-before"),
                  INVOCATION))
          .isEqualTo(Map.of("PhysicalResourceId", "the-one-of-before"));
    }
  }

  @Test
  void whatIsNoRequestOfAResourceIsRefused() {
    try (MigrationHandler handler = handler(deployed("none"))) {
      assertThatThrownBy(() -> handler.handleRequest(Map.of("RequestType", "Read"), INVOCATION))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aDatabaseThatResumesIsWaitedFor() throws IOException {
    String url = server.url(server.newDatabase("resuming"));
    int port = URI.create(url.substring("jdbc:".length())).getPort();

    try (ResumingDatabase resuming = ResumingDatabase.start(port, 2);
        MigrationHandler handler =
            handler(
                Map.of(
                    "datasources.default.url",
                    url.replace(":" + port + "/", ":" + resuming.port() + "/")))) {
      assertThat(handler.handleRequest(Map.of(), INVOCATION))
          .containsEntry("schema_version", NEWEST);
      assertThat(resuming.left()).isZero();
    }
  }

  @Test
  void aSecretThatCannotBeReadYetIsWaitedFor() {
    String database = server.newDatabase("unreadable");
    AtomicInteger reads = new AtomicInteger();
    MasterSecrets secrets =
        id -> {
          if (reads.incrementAndGet() <= 2) {
            throw new UnreadableException(id, new IOException("no way out yet"));
          }
          return new MasterSecrets.Login(TestingServer.OWNER, "the-password");
        };

    try (MigrationHandler handler = handler(deployed(database), secrets)) {
      assertThat(handler.handleRequest(Map.of(), INVOCATION))
          .containsEntry("schema_version", NEWEST);
    }
    assertThat(reads).hasValue(3);
  }

  @Test
  void aSecretThatStaysUnreadableFailsTheDeploymentWithItsName() {
    MasterSecrets secrets =
        id -> {
          throw new UnreadableException("The secret " + id + " cannot be read", new IOException());
        };

    try (MigrationHandler handler = handler(deployed("none"), secrets)) {
      assertThatThrownBy(() -> handler.handleRequest(Map.of("RequestType", "Create"), SHORT))
          .hasMessageContaining("The secret arn:the-secret cannot be read");
    }
  }

  @Test
  void startingTheFunctionNeedsNoDatabaseAndAnInvocationSaysWhyItFailed() {
    try (MigrationHandler handler =
        handler(Map.of("datasources.default.url", "jdbc:postgresql://127.0.0.1:1/none"))) {
      assertThatThrownBy(() -> handler.handleRequest(Map.of("RequestType", "Create"), SHORT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("No login at the database")
          .hasMessageContaining("127.0.0.1:1 refused");
    }
  }

  @Test
  void aFailureNeverTellsThePassword() {
    String database = server.newDatabase("wrong");
    Map<String, Object> properties = deployed(database);

    try (MigrationHandler handler =
        handler(properties, _ -> new MasterSecrets.Login("nobody", "the-password"))) {
      assertThatThrownBy(() -> handler.handleRequest(Map.of("RequestType", "Create"), INVOCATION))
          .hasMessageContaining("role \"nobody\" does not exist")
          .satisfies(thrown -> assertThat(texts(thrown)).doesNotContain("the-password"));
    }
  }

  private static String texts(Throwable thrown) {
    StringWriter texts = new StringWriter();
    thrown.printStackTrace(new PrintWriter(texts));
    return texts.toString();
  }

  /// The settings of a deployed function.
  private static Map<String, Object> deployed(String database) {
    return Map.of(
        "datasources.default.url", server.url(database),
        "sluice.master-secret", "arn:the-secret",
        "sluice.gateway-connections", "4");
  }

  private static MigrationHandler handler(Map<String, Object> properties) {
    return handler(
        properties,
        id -> {
          assertThat(id).isEqualTo("arn:the-secret");
          return new MasterSecrets.Login(TestingServer.OWNER, "the-password");
        });
  }

  private static MigrationHandler handler(Map<String, Object> properties, MasterSecrets secrets) {
    Map<String, Object> all = new HashMap<>(properties);
    all.putIfAbsent("datasources.default.username", TestingServer.OWNER);
    all.putIfAbsent("datasources.default.password", "");
    return new MigrationHandler(
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .properties(all)
            .singletons(secrets));
  }

  private static List<String> tables(String database) {
    return server.execute(
        database,
        TestingServer.OWNER,
        "select table_name from information_schema.tables where table_schema = 'public'");
  }

  private static List<String> versions(String database) {
    return server.execute(
        database,
        TestingServer.OWNER,
        "select version from flyway_schema_history order by installed_rank");
  }
}
