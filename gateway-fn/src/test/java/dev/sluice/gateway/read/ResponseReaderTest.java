package dev.sluice.gateway.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.account.AccountStore;
import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.read.ResponseReader.Shown;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingResponses;
import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Reading on real PostgreSQL, from rows that came as records.
@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ResponseReaderTest implements TestPropertyProvider {

  @Inject ApplicationContext context;
  @Inject ResponseReader reader;
  private TestingResponses responses;
  private TestingTenant tenant;
  private Caller caller;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @BeforeAll
  void connect() {
    responses = new TestingResponses(context);
    tenant = TestingDeployment.newTenant(context, null);
    caller = caller(tenant);
  }

  @Test
  void aCompletedChatIsAResponseAndEveryReadShowsTheSame() {
    ResponseId id = responses.completed(tenant, "Grüße");

    byte[] first = read(id.text());
    byte[] second = read(id.uuid().toString());

    JsonObject json = Json.objectOrEmpty(first);
    assertThat(second).isEqualTo(first);
    assertThat(json.text("id")).contains(id.text());
    assertThat(json.text("status")).contains("completed");
    assertThat(json.text("model")).contains("demo-echo");
    assertThat(json.get("max_output_tokens")).isEqualTo(JsonValue.of(9));
    assertThat(text(json.get("output"))).contains("\"text\":\"Grüße\"");
    assertThat(json.object("usage").orElseThrow().number("total_tokens")).contains(7L);
    assertThat(json.object("x_sluice").orElseThrow().has("attempts")).isFalse();
  }

  @Test
  void theCallsToModelServersAreShownToThoseWhoAsk() {
    ResponseId id = responses.completed(tenant, "x");

    JsonObject json = shown(id.text(), true).response();

    assertThat(json.object("x_sluice").orElseThrow().items("attempts")).hasSize(1);
  }

  @Test
  void onlyAResponseThatRunsIsWorthAskingAgain() {
    ResponseId running = responses.running(tenant);
    ResponseId ended = responses.completed(tenant, "x");

    assertThat(shown(running.text(), false).pollAfter()).contains(Duration.ofMillis(500));
    assertThat(shown(ended.text(), false).pollAfter()).isEmpty();
  }

  @Test
  void aFailureShowsTheUpstreamsMessage() {
    ResponseId id =
        responses.failed(
            tenant,
            429,
            FailureReason.ofStatus(429, "{\"error\":{\"message\":\"Slow down\"}}"),
            "{\"error\":{\"message\":\"Slow down\"}}");

    JsonObject json = Json.objectOrEmpty(read(id.text()));

    assertThat(json.text("status")).contains("failed");
    assertThat(text(json.get("error")))
        .isEqualTo("{\"code\":\"rate_limit_exceeded\",\"message\":\"Slow down\"}");
  }

  @Test
  void aResponseThatIsNotRecordedYetIsThereAsSoonAsItsRecordIs() throws Exception {
    Head head = TestingResponses.head(tenant, responses.newId(tenant), true);

    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<byte[]> early = threads.submit(() -> read(head.requestId().text()));
      responses.persist(
          TestingResponses.finished(head, "stop", Outcome.COMPLETED, null, 200, "late"));
      responses.persist(TestingResponses.started(head, "early"));

      assertThat(text(Json.objectOrEmpty(early.get()))).contains("\"text\":\"late\"");
    }
  }

  @Test
  void othersDoNotSeeIt() {
    ResponseId id = responses.completed(tenant, "secret");
    Caller stranger = caller(TestingDeployment.newTenant(context, null));

    GatewayException refusal =
        catchThrowableOfType(
            GatewayException.class,
            () -> reader.response(stranger, id.text(), false, Deadline.in(Duration.ofSeconds(20))));

    assertThat(refusal.code()).isEqualTo(ErrorCode.RESPONSE_NOT_FOUND);
  }

  private Shown shown(String id, boolean attempts) {
    return reader.response(caller, id, attempts, Deadline.in(Duration.ofSeconds(20)));
  }

  private byte[] read(String id) {
    return Json.write(shown(id, false).response());
  }

  private Caller caller(TestingTenant of) {
    return new Caller(context.getBean(AccountStore.class).findKey(of.keyId()).orElseThrow().key());
  }

  private static String text(@Nullable JsonValue value) {
    return value == null ? "" : new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
