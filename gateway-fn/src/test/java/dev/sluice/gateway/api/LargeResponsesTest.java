package dev.sluice.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.StartedRecord;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingResponses;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Lists with responses that do not fit into one answer of the buffered function.
@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LargeResponsesTest implements TestPropertyProvider {

  @Inject ApplicationContext context;
  private ApiFunction function;
  private TestingResponses responses;
  private TestingTenant tenant;
  private ApiClient client;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @BeforeAll
  void connect() {
    function = new ApiFunction(context);
    responses = new TestingResponses(context);
  }

  @BeforeEach
  void newTenant() {
    tenant = TestingDeployment.newTenant(context, null);
    client = new ApiClient(function, tenant.key());
  }

  @Test
  void aResponseAboveThePagesLimitIsListedWithoutItsOutput() {
    ResponseId first = responses.completed(tenant, "short");
    ResponseId large = responses.completed(tenant, "x".repeat(7_000_000));
    ResponseId last = responses.completed(tenant, "short");

    ApiClient.Answer page = client.get("/v1/responses");

    assertThat(page.body().length()).isLessThan(100_000);
    assertThat(page.json().isTrue("has_more")).isFalse();
    assertThat(page.data())
        .extracting(response -> response.text("id").orElseThrow())
        .containsExactly(last.text(), large.text(), first.text());
    JsonObject whole = page.data().getFirst();
    JsonObject cut = page.data().get(1);
    assertThat(whole.items("output")).hasSize(1);
    assertThat(extension(whole).has("truncated")).isFalse();
    assertThat(cut.get("output")).isEqualTo(JsonArray.EMPTY);
    assertThat(extension(cut).isTrue("truncated")).isTrue();
    assertThat(extension(cut).text("endpoint")).contains("/v1/chat/completions");
    assertThat(cut.members()).containsOnlyKeys(whole.members().keySet());
    assertThat(cut.get("max_output_tokens")).isEqualTo(JsonValue.of(9));
    JsonObject alone = client.get("/v1/responses/" + large.text()).json();
    assertThat(alone.items("output")).hasSize(1);
    assertThat(extension(alone).has("truncated")).isFalse();
  }

  @Test
  void whatGrowsPastTheLimitByItsEscapesIsTruncatedToo() {
    // Each is two bytes in the JSON of the list, and four once that is a string of Lambda's answer.
    responses.completed(tenant, "\\\"".repeat(1_500_000));

    ApiClient.Answer page = client.get("/v1/responses");

    assertThat(extension(page.data().getFirst()).isTrue("truncated")).isTrue();
  }

  @Test
  void largeParametersOfATruncatedResponseHaveTheirDefaults() {
    Head head = TestingResponses.head(tenant, responses.newId(tenant), true);
    String request =
        "{\"model\":\"demo-echo\",\"temperature\":0.5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
            + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"%s\"}}]}"
                .formatted("x".repeat(4_500_000));
    responses.persist(
        new StartedRecord(head, RecordBody.gzip(request.getBytes(UTF_8), "application/json")),
        TestingResponses.finished(head, "stop", Outcome.COMPLETED, null, 200, "short"));

    ApiClient.Answer page = client.get("/v1/responses");

    JsonObject cut = page.data().getFirst();
    assertThat(extension(cut).isTrue("truncated")).isTrue();
    assertThat(cut.get("tools")).isEqualTo(JsonArray.EMPTY);
    assertThat(cut.get("temperature")).hasToString("JsonNumber[spelling=0.5]");
    assertThat(page.body().length()).isLessThan(100_000);
    assertThat(client.get("/v1/responses/" + head.requestId().text()).json().items("tools"))
        .hasSize(1);
  }

  private static JsonObject extension(JsonObject response) {
    return response.object("x_sluice").orElseThrow();
  }
}
