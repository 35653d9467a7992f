package dev.sluice.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingLambdaContext;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Queued work through both functions, on real PostgreSQL and with nobody who does it.
@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QueuedWorkTest implements TestPropertyProvider {

  private static final String PRELUDE_END = "\0".repeat(8);

  @Inject ApplicationContext context;
  @Inject RequestStore requests;
  private TestingTenant tenant;
  private ApiClient api;

  @Override
  public Map<String, String> getProperties() {
    Map<String, String> settings = TestingDeployment.settings();
    settings.put("sluice.gateway.flex-wait", "150ms");
    try {
      Files.writeString(
          Path.of(settings.getOrDefault("sluice.config", "")),
          """
          upstreams:
            - { name: demo, base_url: "http://127.0.0.1:9/v1", auth: none }
          models:
            - { alias: demo, upstreams: [ { name: demo, model: echo } ], endpoints: [ chat, responses ] }
          """);
    } catch (IOException e) {
      throw new UncheckedIOException("No models file", e);
    }
    return settings;
  }

  @BeforeAll
  void connect() {
    tenant = TestingDeployment.newTenant(context, null);
    api = new ApiClient(new ApiFunction(context), tenant.key());
  }

  @Test
  void aBackgroundResponseIsThereForEveryRouteAtOnce() {
    Answer created = create("first", Map.of());
    String id = created.id();

    assertThat(created.status()).isEqualTo(202);
    assertThat(created.body().text("status")).contains("in_progress");
    assertThat(send("GET", "/v1/responses/" + id, Map.of(), "").body()).isEqualTo(created.body());
    assertThat(api.get("/v1/responses/" + id + "/input_items").json().items("data")).hasSize(1);
    assertThat(api.call("GET", "/v1/responses", "").json().items("data"))
        .anySatisfy(item -> assertThat(((JsonObject) item).text("id")).contains(id));
    assertThat(send("GET", "/v1/responses/" + id + "/content", Map.of(), "").status())
        .isEqualTo(404);

    assertThat(api.call("DELETE", "/v1/responses/" + id, "").status()).isEqualTo(200);
    assertThat(send("GET", "/v1/responses/" + id, Map.of(), "").status()).isEqualTo(404);
    assertThat(send("POST", "/v1/responses/" + id + "/cancel", Map.of(), "").status())
        .isEqualTo(404);
  }

  @Test
  void itIsCancelledForGood() {
    String id = create("second", Map.of()).id();

    Answer cancelled = send("POST", "/v1/responses/" + id + "/cancel", Map.of(), "");

    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.body().text("status")).contains("cancelled");
    assertThat(send("POST", "/v1/responses/" + id + "/cancel", Map.of(), "").body())
        .isEqualTo(cancelled.body());
    assertThat(row(id)).isInstanceOf(Request.Canceled.class);
  }

  @Test
  void aRepeatIsStoredOnce() {
    Answer keyed = create("third", Map.of("Idempotency-Key", "order-1"));
    Answer plain = create("fourth", Map.of());

    assertThat(create("third", Map.of("Idempotency-Key", "order-1")).body())
        .isEqualTo(keyed.body());
    assertThat(create("fourth", Map.of("X-Stainless-Retry-Count", "1")).body())
        .isEqualTo(plain.body());
    assertThat(create("fourth", Map.of()).id()).isNotEqualTo(plain.id());
  }

  @Test
  void aFlexRequestWaitsInTheTableWhenItsClientCannot() {
    Answer refused =
        send(
            "POST",
            "/v1/chat/completions",
            Map.of(),
            """
            {"model":"demo","service_tier":"flex","messages":[{"role":"user","content":"x"}]}\
            """);

    assertThat(refused.status()).isEqualTo(504);
    assertThat(refused.body().object("error").flatMap(error -> error.text("code")))
        .contains("flex_wait_exceeded");
    Request.Pending row = (Request.Pending) row(refused.id());
    Instant deadline = Objects.requireNonNull(row.schedule().deadline());
    assertThat(Duration.between(row.data().recordedAt(), deadline)).isEqualTo(Duration.ofHours(1));
  }

  private Answer create(String input, Map<String, String> headers) {
    return send(
        "POST",
        "/v1/responses",
        headers,
        "{\"model\":\"demo\",\"background\":true,\"input\":\"" + input + "\"}");
  }

  private Request row(String id) {
    return requests.find(tenant.accountId(), ResponseId.parse(id).orElseThrow()).orElseThrow();
  }

  private record Answer(int status, String id, JsonObject body) {}

  private Answer send(String method, String path, Map<String, String> more, String body) {
    JsonObject.Builder headers =
        JsonObject.builder()
            .put("Authorization", "Bearer " + tenant.key())
            .put("Content-Type", "application/json");
    more.forEach(headers::put);
    JsonObject event =
        JsonObject.builder()
            .put("httpMethod", method)
            .put("path", path)
            .put("headers", headers.build())
            .put("body", body)
            .build();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      // Not closed: the context is the one of all tests of this class.
      new InferenceFunction(context)
          .handleRequest(
              new ByteArrayInputStream(Json.write(event)),
              out,
              TestingLambdaContext.starting(Duration.ofSeconds(29)));
    } catch (IOException e) {
      throw new UncheckedIOException("Memory failed", e);
    }
    String answer = out.toString(UTF_8);
    int end = answer.indexOf(PRELUDE_END);
    JsonObject prelude = Json.objectOrEmpty(answer.substring(0, end).getBytes(UTF_8));
    return new Answer(
        prelude.number("statusCode").orElse(0L).intValue(),
        prelude.object("headers").flatMap(h -> h.text("x-sluice-response-id")).orElse(""),
        Json.objectOrEmpty(answer.substring(end + PRELUDE_END.length()).getBytes(UTF_8)));
  }
}
