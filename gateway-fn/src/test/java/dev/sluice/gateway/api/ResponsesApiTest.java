package dev.sluice.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.completion.ObjectStore;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingResponses;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ResponsesApiTest implements TestPropertyProvider {

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
  void theListShowsTheNewestFirstAndEndsItsPages() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.addFirst(responses.completed(tenant, "answer " + i).text());
    }

    JsonObject first = client.get("/v1/responses?limit=2").json();
    JsonObject second = client.get("/v1/responses?limit=2&after=" + ids.get(1)).json();
    JsonObject last = client.get("/v1/responses?limit=2&after=" + ids.get(3)).json();
    JsonObject beyond = client.get("/ai/v1/responses?after=" + ids.get(4)).json();

    assertPage(first, true, ids.get(0), ids.get(1));
    assertPage(second, true, ids.get(2), ids.get(3));
    assertPage(last, false, ids.get(4));
    assertPage(beyond, false);
    assertThat(beyond.get("first_id")).isEqualTo(JsonNull.NULL);
  }

  @Test
  void theListCanBeReadForwardsAndBetweenTwoIds() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ids.add(responses.completed(tenant, "answer " + i).text());
    }

    assertPage(
        client.get("/v1/responses?order=asc&limit=3").json(),
        true,
        ids.get(0),
        ids.get(1),
        ids.get(2));
    assertPage(
        client.get("/v1/responses?order=asc&after=" + ids.get(0) + "&before=" + ids.get(3)).json(),
        false,
        ids.get(1),
        ids.get(2));
    assertPage(client.get("/v1/responses?before=" + ids.get(2)).json(), false, ids.get(3));
  }

  @Test
  void filtersRestrictTheListAndEveryObjectIsAWholeResponse() {
    ResponseId completed = responses.completed(tenant, "yes");
    ResponseId incomplete = responses.incomplete(tenant);
    ResponseId failed =
        responses.failed(tenant, 500, FailureReason.ofStatus(500, "no"), "{\"error\":\"no\"}");
    ResponseId running = responses.running(tenant);

    assertPage(client.get("/v1/responses?status=completed").json(), false, completed.text());
    assertPage(client.get("/v1/responses?status=incomplete").json(), false, incomplete.text());
    assertPage(client.get("/v1/responses?status=failed").json(), false, failed.text());
    assertPage(client.get("/v1/responses?status=in_progress").json(), false, running.text());
    assertPage(client.get("/v1/responses?status=queued").json(), false);
    assertPage(client.get("/v1/responses?model=other").json(), false);
    assertThat(client.get("/v1/responses?model=demo-echo&service_tier=default").data()).hasSize(4);
    for (JsonObject response : client.get("/v1/responses").data()) {
      assertThat(response.members()).hasSizeGreaterThan(32);
      assertThat(response.get("max_output_tokens")).isEqualTo(JsonValue.of(9));
    }
  }

  @Test
  void anEmptyListIsAPageToo() {
    assertThat(client.get("/v1/responses").body())
        .isEqualTo(
            "{\"object\":\"list\",\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}");
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit",
    "limit=101, limit",
    "limit=-1, limit",
    "limit=ten, limit",
    "limit=1.5, limit",
    "order=up, order",
    "status=done, status",
    "service_tier=auto, service_tier",
    "after=resp_x, after",
    "before=1, before"
  })
  void badQueriesAre400WithTheirParameter(String query, String param) {
    ApiClient.Answer answer = client.get("/v1/responses?" + query);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid_value");
    assertThat(answer.error().text("param")).contains(param);
  }

  @Test
  void aCursorNeedNotExist() {
    ResponseId mine = responses.completed(tenant, "mine");
    TestingTenant other = TestingDeployment.newTenant(context, null);
    ResponseId foreign = responses.completed(other, "foreign");
    ResponseId unknown = responses.newId(tenant);

    assertThat(foreign).isGreaterThan(mine);
    assertPage(client.get("/v1/responses?after=" + foreign.text()).json(), false, mine.text());
    assertPage(client.get("/v1/responses?after=" + unknown.text()).json(), false, mine.text());
  }

  @Test
  void aPageEndsBeforeItGrowsPastItsLimit() {
    String large = "x".repeat(1_500_000);
    for (int i = 0; i < 4; i++) {
      responses.completed(tenant, large);
    }

    ApiClient.Answer page = client.get("/v1/responses");

    assertThat(page.data()).hasSize(2);
    assertThat(page.json().isTrue("has_more")).isTrue();
    String last = page.json().text("last_id").orElseThrow();
    assertThat(client.get("/v1/responses?after=" + last).data()).hasSize(2);
  }

  @Test
  void theContentIsTheAnswerAsTheClientGotIt() {
    ResponseId id = responses.completed(tenant, "Grüße, 世界");

    ApiClient.Answer answer = client.get("/v1/responses/" + id.text() + "/content");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("cache-control", "no-store")
        .containsEntry("x-request-id", "lambda-request-1");
    assertThat(answer.body()).isEqualTo(TestingResponses.answer("Grüße, 世界"));
    assertThat(client.get("/ai/v1/responses/" + id.uuid() + "/content").body())
        .isEqualTo(answer.body());
  }

  @Test
  void aFailedResponseHasNoContentAndNeverTheUpstreamsOwnBody() {
    String secret = "Incorrect key sk-operator";
    ResponseId masked = responses.failed(tenant, 401, FailureReason.ofStatus(401, secret), secret);
    ResponseId none = responses.failed(tenant, null, new FailureReason.TimedOut("idle"), null);

    ApiClient.Answer ofMasked = client.get("/v1/responses/" + masked.text() + "/content");
    ApiClient.Answer ofNone = client.get("/v1/responses/" + none.text() + "/content");

    assertThat(ofMasked.status()).isEqualTo(404);
    assertThat(ofMasked.code()).isEqualTo("content_not_found");
    assertThat(ofMasked.body()).doesNotContain("sk-operator");
    assertThat(client.get("/v1/responses").body()).doesNotContain("sk-operator");
    assertThat(ofNone.code()).isEqualTo("content_not_found");
    assertThat(ofNone.body()).contains("did not answer in time");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":{\"code\":401,\"message\":\"Incorrect key sk-operator\"}}",
        "<html>Incorrect key sk-operator</html>",
        "{\"id\":\"chatcmpl-1\",\"error\":\"Incorrect key sk-operator\",\"choices\":[]}"
      })
  void anErrorThatATwoHundredHidIsNoContent(String body) {
    ResponseId id = responses.failed(tenant, 200, FailureReason.ofStatus(401, body), body);

    ApiClient.Answer answer = client.get("/v1/responses/" + id.text() + "/content");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).doesNotContain("sk-operator");
  }

  @Test
  void whatAClientGotOfABrokenStreamIsItsContent() {
    ResponseId id = responses.newId(tenant);
    String body = "{\"id\":\"" + id.text() + "\",\"object\":\"chat.completion\",\"choices\":[]}";
    responses.failed(tenant, id, 200, new FailureReason.TruncatedStream(), body);

    ApiClient.Answer answer = client.get("/v1/responses/" + id.text() + "/content");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(body);
  }

  @Test
  void aRunningResponseHasNoContentYet() {
    ResponseId id = responses.running(tenant);

    ApiClient.Answer answer = client.get("/v1/responses/" + id.text() + "/content");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("content_not_found");
  }

  @Test
  void theInputItemsAreWhatTheRequestSentInPages() {
    ResponseId id = responses.completed(tenant, "hello");
    String path = "/v1/responses/" + id.text() + "/input_items";

    List<JsonObject> all =
        client.get(path + "?include=message.output_text.logprobs&include[]=x").data();
    JsonObject first = client.get(path + "?limit=1").json();
    JsonObject second =
        client.get(path + "?limit=1&after=" + first.text("last_id").orElseThrow()).json();

    assertThat(all)
        .extracting(item -> item.text("role").orElseThrow())
        .containsExactly("user", "system");
    assertThat(client.get(path + "?order=asc").data())
        .extracting(item -> item.text("role").orElseThrow())
        .containsExactly("system", "user");
    assertThat(first.isTrue("has_more")).isTrue();
    assertThat(second.isTrue("has_more")).isFalse();
    assertThat(second.items("data")).containsExactly(all.get(1));
    assertThat(client.get(path + "?after=msg_unknown").status()).isEqualTo(400);
  }

  @Test
  void deletingLeavesNothingAndASecondTimeIs404() {
    ResponseId id = responses.completed(tenant, "secret");
    ObjectStore objects = context.getBean(ObjectStore.class);
    String prefix = tenant.accountId() + "/" + id.uuid() + "/";
    objects.put(prefix + "0123", new byte[] {1});
    objects.put(prefix + "4567", new byte[] {2});

    ApiClient.Answer deleted = client.delete("/v1/responses/" + id.text());

    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.body())
        .isEqualTo("{\"id\":\"" + id.text() + "\",\"object\":\"response\",\"deleted\":true}");
    assertThat(objects.list(prefix, 10)).isEmpty();
    assertThat(client.delete("/v1/responses/" + id.text()).status()).isEqualTo(404);
    assertThat(client.get("/v1/responses/" + id.text() + "/content").status()).isEqualTo(404);
    assertThat(client.get("/v1/responses/" + id.text() + "/input_items").status()).isEqualTo(404);
    assertThat(client.get("/v1/responses").data()).isEmpty();
  }

  @Test
  void aLateRecordDoesNotBringADeletedResponseBack() {
    Head head = TestingResponses.head(tenant, responses.newId(tenant), true);
    responses.persist(TestingResponses.started(head, "late"));
    String path = "/v1/responses/" + head.requestId().text();
    assertThat(client.delete(path).status()).isEqualTo(200);

    responses.persist(
        TestingResponses.finished(head, "stop", Outcome.COMPLETED, null, 200, "too late"));

    assertThat(client.get(path + "/content").status()).isEqualTo(404);
    assertThat(client.delete(path).status()).isEqualTo(404);
  }

  @Test
  void whatWasNotToBeStoredDoesNotExist() {
    ResponseId id = responses.unstored(tenant);

    assertThat(client.get("/v1/responses/" + id.text() + "/content").status()).isEqualTo(404);
    assertThat(client.delete("/v1/responses/" + id.text()).status()).isEqualTo(404);
    assertThat(client.get("/v1/responses").data()).isEmpty();
  }

  private static void assertPage(JsonObject page, boolean hasMore, String... ids) {
    assertThat(page.text("object")).contains("list");
    assertThat(page.isTrue("has_more")).isEqualTo(hasMore);
    assertThat(page.items("data"))
        .extracting(response -> ((JsonObject) response).text("id").orElseThrow())
        .containsExactly(ids);
    if (ids.length > 0) {
      assertThat(page.text("first_id")).contains(ids[0]);
      assertThat(page.text("last_id")).contains(ids[ids.length - 1]);
    }
  }
}
