package dev.sluice.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingLambdaContext;
import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.proxy.payload1.ApiGatewayProxyRequestEventFunction;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ApiErrorsTest implements TestPropertyProvider {

  private static final String SPECIAL = "%{}[]\"\\/?#&=+ \u0000\r\n;:@";

  @Inject ApplicationContext context;
  private ApiClient client;
  private ApiClient admin;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @BeforeAll
  void connect() {
    TestingTenant tenant = TestingDeployment.newTenant(context, null);
    client = new ApiClient(new ApiFunction(context), tenant.key());
    admin = client.withKey(TestingDeployment.ADMIN_KEY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/v1/",
        "/v2/models",
        "/v1/nothing",
        "/v1/models/a/b",
        "/v1//models",
        "/refresh",
        "/v1/responses/x/y/z",
        "/admin/v1/nothing",
        "/healthz/",
        "/ai/healthz",
        "/ai/ai/v1/models",
        "/v1/responses/%",
        "/%00",
        "/v1/{id}",
        "/ü",
        "not a path",
        "/v1/chat/completions/x",
        "//host/v1/models",
        "/v1/models?x"
      })
  void unknownPathsAre404(String path) {
    ApiClient.Answer answer = client.send(client.event("GET", "/", "").withPath(path));

    assertThat(answer.status()).isEqualTo(404);
    assertEnvelope(answer);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /v1/models, GET",
    "HEAD, /v1/models, GET",
    "OPTIONS, /healthz, GET",
    "get, /healthz, GET",
    "PATCH, /v1/responses, 'POST, GET'",
    "POST, /v1/responses/resp_x, 'GET, DELETE'",
    "BREW, /readyz, GET",
    "GET, /admin/v1/accounts, POST",
    "DELETE, /ai/v1/models, GET"
  })
  void otherMethodsAre405WithTheAllowedOnes(String method, String path, String allowed) {
    ApiClient.Answer answer = client.call(method, path, "");

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.code()).isEqualTo("method_not_allowed");
    assertThat(answer.headers()).containsEntry("allow", allowed);
    assertEnvelope(answer);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/responses/resp_x/content",
    "POST, /v1/chat/completions",
    "POST, /v1/embeddings",
    "POST, /v1/responses",
    "GET, /v1/responses/resp_x"
  })
  void routesOfTheOtherFunctionAreNotServedHere(String method, String path) {
    assertThat(client.send(client.event(method, path, "{}")).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
        "application/xml", "x", ""
      })
  void otherContentTypesAre415(String contentType) {
    APIGatewayProxyRequestEvent event =
        admin.event("POST", "/admin/v1/accounts", "{\"name\":\"x\"}");
    event.getHeaders().put("Content-Type", contentType);

    ApiClient.Answer answer = admin.send(event);

    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.code()).isEqualTo("unsupported_media_type");
    assertEnvelope(answer);
  }

  @Test
  void aBodyThatIsTooLargeIs413() {
    ApiClient.Answer answer =
        admin.post("/admin/v1/accounts", "{\"name\":\"" + "x".repeat(1 << 20) + "\"}");

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("request_too_large");
    assertEnvelope(answer);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "{, invalid_json",
        "[], invalid_json",
        "``, invalid_json",
        "null, invalid_json",
        "{\"name\":\"x\"} x, invalid_json",
        "`{\"name\":\"x\",\"name\":\"y\"}`, duplicate_key",
        "{}, missing_required_parameter",
        "{\"name\":1}, invalid_value",
        "{\"name\":\"\"}, invalid_value",
        "`{\"name\":\"x\",\"role\":\"y\"}`, unknown_parameter"
      })
  void badBodiesAre400WithTheirCode(String body, String code) {
    ApiClient.Answer answer = admin.post("/admin/v1/accounts", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo(code);
    assertEnvelope(answer);
  }

  @Test
  void aBodyWhoseBase64IsBrokenIs400() {
    APIGatewayProxyRequestEvent event = admin.event("POST", "/admin/v1/accounts", "A");

    ApiClient.Answer answer = admin.send(event.withIsBase64Encoded(true));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid_json");
  }

  @Test
  void aBodyMayTravelAsBase64() {
    APIGatewayProxyRequestEvent event = admin.event("POST", "/admin/v1/accounts", "{}");
    String body =
        Base64.getEncoder().encodeToString("{\"name\":\"ü\"}".getBytes(StandardCharsets.UTF_8));

    ApiClient.Answer answer = admin.send(event.withBody(body).withIsBase64Encoded(true));

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().text("name")).contains("ü");
  }

  @ParameterizedTest
  @CsvSource({"/v1/models", "/v1/models/demo-echo", "/v1/responses", "/v1/responses/x/input_items"})
  void withoutAKeyNothingIsServed(String path) {
    for (String key : List.of("", "slk_x", TestingDeployment.ADMIN_KEY)) {
      ApiClient.Answer answer = client.withKey(key).get(path);

      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.code()).isEqualTo("invalid_api_key");
      assertEnvelope(answer);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /admin/v1/accounts",
    "POST, /admin/v1/accounts/x/keys",
    "DELETE, /admin/v1/keys/x"
  })
  void theAdminRoutesAreForTheOperatorOnly(String method, String path) {
    for (ApiClient other : List.of(client, client.withKey(""))) {
      ApiClient.Answer answer = other.call(method, path, "{");

      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.code()).isEqualTo("invalid_admin_key");
      assertEnvelope(answer);
    }
  }

  /// Past our own routing, so that the framework finds the error by itself.
  @ParameterizedTest
  @CsvSource({
    "GET, /nothing, text/html, 404",
    "GET, /nothing, application/hal+json, 404",
    "POST, /healthz, text/html, 405",
    "GET, /healthz, text/html, 400",
    "GET, /v1/models, */*, 401"
  })
  void errorsOfTheFrameworkHaveTheEnvelopeToo(
      String method, String path, String accept, int status) {
    APIGatewayProxyResponseEvent answer =
        new ApiGatewayProxyRequestEventFunction(context)
            .handleRequest(
                client.event(method, path, "").withHeaders(Map.of("Accept", accept)),
                TestingLambdaContext.starting(Duration.ofSeconds(29)));

    assertThat(answer.getStatusCode()).isEqualTo(status);
    assertThat(answer.getBody()).startsWith("{\"error\":{\"message\":").doesNotContain("_links");
  }

  @Test
  void anEventInWhichNearlyEverythingIsAbsentGetsAnAnswer() {
    ApiClient.Answer answer = client.send(new APIGatewayProxyRequestEvent());

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.headers()).containsEntry("x-request-id", "lambda-request-1");
  }

  @Test
  void malformedRequestsNeverMakeAFaultOfTheGateway() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<String> paths =
        List.of(
            "/v1/models/%s",
            "/v1/responses",
            "/v1/responses/%s",
            "/v1/responses/%s/content",
            "/v1/responses/%s/input_items",
            "/admin/v1/keys/%s",
            "/admin/v1/accounts/%s/keys",
            "/%s");
    List<String> methods = List.of("GET", "DELETE", "POST");

    for (int i = 0; i < 1_000 * Integer.getInteger("sluice.test.scale", 1); i++) {
      String noise = noise(random);
      ApiClient caller = random.nextBoolean() ? client : admin;
      APIGatewayProxyRequestEvent event =
          caller
              .event(methods.get(random.nextInt(3)), "/", noise(random))
              .withPath(paths.get(random.nextInt(paths.size())).formatted(noise))
              .withQueryStringParameters(
                  random.nextBoolean()
                      ? Map.of("model", noise(random))
                      : Map.of("limit", noise, "after", noise(random)));
      event.getHeaders().put("x-" + i, noise(random));

      ApiClient.Answer answer = caller.send(event);

      assertThat(answer.status()).as("seed %d, request %d", seed, i).isBetween(200, 499);
      assertThat(answer.headers()).containsKeys("x-request-id", "content-type", "cache-control");
    }
  }

  private static String noise(Random random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(12); length > 0; length--) {
      text.append(
          switch (random.nextInt(4)) {
            case 0 -> (char) random.nextInt(0x10000);
            case 1 -> SPECIAL.charAt(random.nextInt(SPECIAL.length()));
            case 2 -> (char) ('a' + random.nextInt(26));
            default -> (char) ('0' + random.nextInt(10));
          });
    }
    return text.toString();
  }

  private static void assertEnvelope(ApiClient.Answer answer) {
    assertThat(answer.error().members())
        .containsOnlyKeys("message", "type", "param", "code", "request_id");
    assertThat(answer.error().text("request_id")).contains(ApiClient.REQUEST_ID);
    assertThat(answer.headers())
        .containsEntry("x-request-id", ApiClient.REQUEST_ID)
        .containsEntry("content-type", "application/json")
        .containsEntry("cache-control", "no-store");
  }
}
