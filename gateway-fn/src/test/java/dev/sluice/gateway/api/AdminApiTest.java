package dev.sluice.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.account.AccountStore;
import dev.sluice.gateway.testing.TestingCompletionQueue;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AdminApiTest implements TestPropertyProvider {

  @Inject ApplicationContext context;
  @Inject TestingCompletionQueue queue;
  private ApiClient admin;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @BeforeAll
  void connect() {
    admin = new ApiClient(new ApiFunction(context), TestingDeployment.ADMIN_KEY);
  }

  @Test
  void aNewAccountGetsAKeyThatWorksUntilItIsRevoked() {
    String account = newAccount();

    ApiClient.Answer created =
        admin.post(
            "/admin/v1/accounts/" + account + "/keys",
            "{\"name\":\"laptop\",\"models\":[\"demo/embed\"],\"capabilities\":[\"background\"],\"expires_at\":\"2999-01-01T00:00:00Z\"}");

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.json().members())
        .containsOnlyKeys(
            "id",
            "object",
            "account_id",
            "name",
            "models",
            "capabilities",
            "created_at",
            "expires_at",
            "key");
    assertThat(created.json().text("account_id")).contains(account);
    assertThat(created.json().number("expires_at")).contains(32_472_144_000L);
    ApiClient caller = admin.withKey(created.json().text("key").orElseThrow());
    assertThat(modelIds(caller)).containsExactly("demo/embed");

    String keyId = created.json().text("id").orElseThrow();
    ApiClient.Answer revoked = admin.delete("/admin/v1/keys/" + keyId);
    assertThat(revoked.status()).isEqualTo(200);
    assertThat(revoked.body())
        .isEqualTo("{\"id\":\"" + keyId + "\",\"object\":\"key\",\"revoked\":true}");
    assertThat(admin.delete("/admin/v1/keys/" + keyId).status()).isEqualTo(200);
    // This gateway remembers the key for a while; one that has never seen it refuses at once.
    assertThat(context.getBean(AccountStore.class).findKey(keyId).orElseThrow().key().revokedAt())
        .isNotNull();
  }

  @Test
  void theSecretIsShownOnce() {
    String account = newAccount();

    String first = newKey(account);
    String second = newKey(account);

    assertThat(first).startsWith("slk_").hasSize(62).isNotEqualTo(second);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "{\"name\":\"x\"}, 201, ``",
        "{}, 400, name",
        "`{\"name\":\"x\",\"models\":[\"nope\"]}`, 400, models[0]",
        "`{\"name\":\"x\",\"models\":[\"demo-echo\",1]}`, 400, models[1]",
        "`{\"name\":\"x\",\"models\":\"demo-echo\"}`, 400, models",
        "`{\"name\":\"x\",\"models\":null}`, 201, ``",
        "`{\"name\":\"x\",\"models\":[]}`, 201, ``",
        "`{\"name\":\"x\",\"capabilities\":[\"root\"]}`, 400, capabilities[0]",
        "`{\"name\":\"x\",\"expires_at\":\"2001-01-01T00:00:00Z\"}`, 400, expires_at",
        "`{\"name\":\"x\",\"expires_at\":\"soon\"}`, 400, expires_at",
        "`{\"name\":\"x\",\"expires_at\":true}`, 400, expires_at",
        "`{\"name\":\"x\",\"expires_at\":1e18}`, 400, expires_at",
        "`{\"name\":\"x\",\"expires_at\":4102444800}`, 201, ``",
        "`{\"name\":\"x\",\"secret\":\"y\"}`, 400, secret",
        "`{\"name\":\"x\",\"expires_at\":\"+999999999-12-31T23:59:59Z\"}`, 400, expires_at",
        "`{\"name\":\"\\ud800\"}`, 400, name",
        "`{\"name\":\"\\u0000\"}`, 400, name"
      })
  void keysAreMadeByAClosedSchema(String body, int status, String param) {
    ApiClient.Answer answer = admin.post("/admin/v1/accounts/" + newAccount() + "/keys", body);

    assertThat(answer.status()).isEqualTo(status);
    if (status == 400) {
      assertThat(answer.error().text("param")).contains(param);
    }
  }

  @Test
  void namesHaveALimit() {
    assertThat(admin.post("/admin/v1/accounts", "{\"name\":\"" + "x".repeat(200) + "\"}").status())
        .isEqualTo(201);
    assertThat(admin.post("/admin/v1/accounts", "{\"name\":\"" + "x".repeat(201) + "\"}").status())
        .isEqualTo(400);
  }

  @Test
  void unknownAccountsAndKeysAre404() {
    for (String account : List.of(UUID.randomUUID().toString(), "x", "..", "%2e%2e")) {
      ApiClient.Answer answer =
          admin.post("/admin/v1/accounts/" + account + "/keys", "{\"name\":\"x\"}");

      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("account_not_found");
    }
    ApiClient.Answer ofKey = admin.delete("/admin/v1/keys/unknown1");
    assertThat(ofKey.status()).isEqualTo(404);
    assertThat(ofKey.code()).isEqualTo("key_not_found");
  }

  @Test
  void modelsAreListedAndFoundByTheirName() {
    TestingTenant tenant = TestingDeployment.newTenant(context, List.of("demo-echo"));
    ApiClient restricted = admin.withKey(tenant.key());
    ApiClient all = admin.withKey(TestingDeployment.newTenant(context, null).key());

    assertThat(modelIds(all)).containsExactly("demo-echo", "demo/embed");
    assertThat(modelIds(restricted)).containsExactly("demo-echo");
    assertThat(all.get("/v1/models/demo%2Fembed").body())
        .isEqualTo(
            "{\"id\":\"demo/embed\",\"object\":\"model\",\"created\":0,\"owned_by\":\"sluice\"}");
    assertThat(all.get("/ai/v1/models/demo-echo").status()).isEqualTo(200);
    ApiClient.Answer forbidden = restricted.get("/v1/models/demo%2Fembed");
    assertThat(forbidden.status()).isEqualTo(403);
    assertThat(forbidden.code()).isEqualTo("model_not_allowed");
    assertThat(all.get("/v1/models/nope").code()).isEqualTo("model_not_found");
  }

  @Test
  void readyMeansThatDatabaseAndQueueAnswer() {
    ApiClient anybody = admin.withKey("");

    assertThat(anybody.get("/readyz").body())
        .isEqualTo("{\"status\":\"ready\",\"database\":true,\"queue\":true}");

    queue.setDown(true);
    ApiClient.Answer answer = anybody.get("/readyz");
    queue.setDown(false);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.error().text("message").orElseThrow())
        .contains("queue")
        .doesNotContain("database");
  }

  private static List<String> modelIds(ApiClient client) {
    return client.get("/v1/models").data().stream()
        .map((JsonObject model) -> model.text("id").orElseThrow())
        .toList();
  }

  private String newAccount() {
    ApiClient.Answer answer = admin.post("/admin/v1/accounts", "{\"name\":\"Ada\"}");
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().members()).containsOnlyKeys("id", "object", "name", "created_at");
    return answer.json().text("id").orElseThrow();
  }

  private String newKey(String account) {
    return admin
        .post("/admin/v1/accounts/" + account + "/keys", "{\"name\":\"x\"}")
        .json()
        .text("key")
        .orElseThrow();
  }
}
