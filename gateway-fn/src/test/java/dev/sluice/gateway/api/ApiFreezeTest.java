package dev.sluice.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.gateway.auth.Authenticator;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingServers;
import dev.sluice.sandbox.SecretUnavailableException;
import dev.sluice.sandbox.Secrets;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One instance of the buffered function over pauses in which servers end its connections, with
/// servers that fall silent, and without its secrets.
final class ApiFreezeTest {

  private final TestingSecrets secrets = new TestingSecrets();
  private TestingServers servers;
  private ApplicationContext context;
  private ApiFunction function;
  private ApiClient client;

  @BeforeEach
  void start() {
    servers = new TestingServers(_ -> UpstreamAnswer.never());
    Map<String, Object> properties = new HashMap<>(servers.properties());
    secrets.idKey = String.valueOf(properties.put("sluice.id-key", "secret:id-key"));
    secrets.peppers = String.valueOf(properties.put("sluice.peppers", "secret:peppers"));
    properties.put("sluice.admin-key", "secret:admin-key");
    context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .properties(properties)
            .singletons(secrets)
            .start();
    function = new ApiFunction(context);
    client = new ApiClient(function, TestingDeployment.newTenant(context, null).key());
  }

  @AfterEach
  void stop() {
    context.close();
    servers.close();
  }

  @Test
  void theInvocationAfterAPauseSucceedsAtItsFirstTry() {
    for (int i = 0; i < 5; i++) {
      assertThat(client.get("/v1/responses").status()).isEqualTo(200);

      servers.awaitNoSession();
      servers.endConnections();
      context.getBean(Authenticator.class).forget();
    }
  }

  @Test
  void aDatabaseThatIsSilentlyGoneIsA503InTimeAndServesTheNextInvocation() {
    assertThat(client.get("/v1/responses").status()).isEqualTo(200);
    TestingServers.fallSilent(servers.database);

    long before = System.nanoTime();
    assertUnavailable(client.get("/v1/responses"), "5");

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
    servers.database.resume();
    assertThat(client.get("/v1/responses").status()).isEqualTo(200);
  }

  @Test
  void aDatabaseThatFallsSilentInTheMiddleIsA503InTime() throws Exception {
    assertThat(client.get("/v1/responses").status()).isEqualTo(200);
    long before = System.nanoTime();
    FutureTask<ApiClient.Answer> call =
        servers.whileItWaitsFor(
            "request",
            () -> client.get("/v1/responses"),
            () -> TestingServers.fallSilent(servers.database));

    assertThat(call.get(20, TimeUnit.SECONDS).status()).isEqualTo(503);

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(6));
    servers.database.resume();
    assertThat(client.get("/v1/responses").status()).isEqualTo(200);
  }

  @Test
  void aSecretThatCannotBeReadIsA503AndIsAskedForAgain() {
    secrets.unavailable = true;

    assertUnavailable(client.get("/v1/responses"), "1");
    assertUnavailable(
        client.withKey(TestingDeployment.ADMIN_KEY).post("/admin/v1/accounts", "{\"name\":\"a\"}"),
        "1");

    secrets.unavailable = false;
    assertThat(client.get("/v1/responses").status()).isEqualTo(200);
    ApiClient admin = client.withKey(TestingDeployment.ADMIN_KEY);
    assertThat(admin.post("/admin/v1/accounts", "{\"name\":\"a\"}").status()).isEqualTo(201);
    assertThat(client.withKey("wrong").post("/admin/v1/accounts", "{\"name\":\"a\"}").status())
        .isEqualTo(401);
  }

  private static void assertUnavailable(ApiClient.Answer answer, String retryAfter) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.code()).isEqualTo("overloaded");
    assertThat(answer.headers()).containsEntry("retry-after", retryAfter);
  }

  private static final class TestingSecrets implements Secrets {

    private String idKey = "";
    private String peppers = "";
    private boolean unavailable;

    @Override
    public String value(String id) {
      if (unavailable) {
        throw new SecretUnavailableException("The secret " + id + " cannot be read", null);
      }
      return switch (id) {
        case "id-key" -> idKey;
        case "peppers" -> peppers;
        case "admin-key" -> TestingDeployment.ADMIN_KEY;
        default -> throw new IllegalArgumentException(id);
      };
    }

    @Override
    public void forget() {}
  }
}
