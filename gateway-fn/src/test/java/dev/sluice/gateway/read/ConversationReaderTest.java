package dev.sluice.gateway.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.account.AccountStore;
import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingResponses;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Continuing conversations on real PostgreSQL, from rows that came as records.
@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConversationReaderTest implements TestPropertyProvider {

  @Inject ApplicationContext context;
  @Inject ConversationReader reader;
  @Inject RequestStore requests;
  private TestingResponses responses;
  private TestingTenant tenant;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @BeforeAll
  void connect() {
    responses = new TestingResponses(context);
    tenant = TestingDeployment.newTenant(context, null);
  }

  @Test
  void everyTurnComesWithItsInputBeforeItsOutputOldestFirst() {
    ResponseId first = turn(null, "\"one\"", message("eins"));
    ResponseId second = turn(first, "[{\"role\":\"user\",\"content\":\"two\"}]", message("zwei"));
    ResponseId third = turn(second, "\"three\"", message("drei"));

    assertThat(texts(third)).containsExactly("one", "eins", "two", "zwei", "three", "drei");
    assertThat(texts(second)).containsExactly("one", "eins", "two", "zwei");
    assertThat(history(third.uuid().toString())).isEqualTo(history(third.text()));
  }

  @Test
  void aChatIsATurnLikeAnyOther() {
    ResponseId chat = responses.completed(tenant, "Grüße");
    ResponseId second = turn(chat, "\"and now\"", message("zwei"));

    assertThat(texts(second)).containsExactly("Be brief", "Say Grüße", "Grüße", "and now", "zwei");
  }

  @Test
  void theInstructionsOfATurnAreNoItemOfIt() {
    ResponseId first = newId();
    persist(
        first,
        null,
        "{\"model\":\"demo-echo\",\"instructions\":\"Be rude\",\"input\":\"one\"}",
        message("eins"));

    assertThat(texts(first)).containsExactly("one", "eins");
  }

  @Test
  void aCallThatWasCutIsLeftOutAndOneThatWasMadeStays() {
    ResponseId id =
        turn(
            null,
            "\"weather?\"",
            """
            {"id":"fc_1","type":"function_call","status":"completed","call_id":"a","name":"f","arguments":"{}"},
            {"id":"fc_2","type":"function_call","status":"incomplete","call_id":"b","name":"f","arguments":"{"},
            {"id":"ctc_3","type":"custom_tool_call","status":"in_progress","call_id":"c","name":"g","input":"x"}
            """);

    assertThat(history(id.text()))
        .extracting(item -> item.text("call_id").orElse("-"))
        .containsExactly("-", "a");
  }

  @Test
  void aTurnThatFailedWithoutAnAnswerHasItsInputOnly() {
    ResponseId failed =
        responses.failed(tenant, null, new FailureReason.TimedOut("first_byte"), null);

    assertThat(texts(failed)).containsExactly("Be brief", "Fail");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "resp_x", "resp_019aa000-0000-7000-8000-000000000001"})
  void whatIsNoResponseCannotBeContinued(String id) {
    assertNotFound(refusal(id));
  }

  @Test
  void whatIsOthersOrDeletedOrUnstoredCannotBeContinued() {
    TestingTenant stranger = TestingDeployment.newTenant(context, null);
    ResponseId foreign = responses.completed(stranger, "secret");
    ResponseId deleted = responses.completed(tenant, "gone");
    assertThat(requests.delete(tenant.accountId(), deleted)).isTrue();

    assertNotFound(refusal(foreign.text()));
    assertNotFound(refusal(deleted.text()));
    assertNotFound(refusal(responses.unstored(tenant).text()));
  }

  @Test
  void embeddingsAndCompactionsAreNoConversation() {
    for (Endpoint endpoint : List.of(Endpoint.EMBEDDINGS, Endpoint.COMPACTIONS)) {
      Head head = TestingResponses.continuing(tenant, newId(), endpoint, null);
      responses.persist(
          TestingResponses.sent(head, "{}"), TestingResponses.answered(head, "{\"data\":[]}"));

      assertNotFound(refusal(head.requestId().text()));
    }
  }

  @Test
  void aDeletedAncestorIsNamed() {
    ResponseId first = turn(null, "\"one\"", message("eins"));
    ResponseId second = turn(first, "\"two\"", message("zwei"));
    assertThat(requests.delete(tenant.accountId(), first)).isTrue();

    GatewayException refusal = refusal(second.text());

    assertNotFound(refusal);
    assertThat(refusal.message()).contains(first.text());
  }

  @Test
  void aParentThatRunsIsWaitedForAndThenRefused() throws Exception {
    ResponseId running = responses.running(tenant);
    Head ending = TestingResponses.head(tenant, newId(), true);
    responses.persist(TestingResponses.started(ending, "Wait"));

    GatewayException refusal =
        catchThrowableOfType(
            GatewayException.class,
            () -> reader.history(caller(), running.text(), Deadline.in(Duration.ofMillis(200))));
    assertThat(refusal.code()).isEqualTo(ErrorCode.PREVIOUS_RESPONSE_NOT_FINISHED);
    assertThat(refusal.param()).isEqualTo("previous_response_id");

    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<List<String>> early = threads.submit(() -> texts(ending.requestId()));
      responses.persist(
          TestingResponses.finished(ending, "stop", Outcome.COMPLETED, null, 200, "late"));

      assertThat(early.get()).containsExactly("Be brief", "Wait", "late");
    }
  }

  @Test
  void aConversationOfTwoHundredTurnsIsReadAndALongerOneRefused() {
    ResponseId last = turn(null, "\"1\"", message("re 1"));
    for (int turn = 2; turn <= 200; turn++) {
      last = turn(last, "\"" + turn + "\"", message("re " + turn));
    }
    ResponseId tooMany = turn(last, "\"201\"", message("no"));

    assertThat(history(last.text())).hasSize(400);
    GatewayException refusal = refusal(tooMany.text());
    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_VALUE);
    assertThat(refusal.param()).isEqualTo("previous_response_id");
  }

  private ResponseId turn(@Nullable ResponseId previous, String input, String output) {
    ResponseId id = newId();
    persist(id, previous, "{\"model\":\"demo-echo\",\"input\":" + input + "}", output);
    return id;
  }

  private void persist(
      ResponseId id, @Nullable ResponseId previous, String request, String output) {
    Head head = TestingResponses.continuing(tenant, id, Endpoint.RESPONSES, previous);
    responses.persist(
        TestingResponses.sent(head, request),
        TestingResponses.answered(
            head,
            "{\"id\":\"%s\",\"object\":\"response\",\"status\":\"completed\",\"output\":[%s]}"
                .formatted(id.text(), output)));
  }

  private static String message(String text) {
    return """
    {"id":"msg_1","type":"message","role":"assistant","status":"completed",\
    "content":[{"type":"output_text","text":"%s","annotations":[],"logprobs":[]}]}\
    """
        .formatted(text);
  }

  private ResponseId newId() {
    return responses.newId(tenant);
  }

  private List<JsonObject> history(String id) {
    return reader.history(caller(), id, Deadline.in(Duration.ofSeconds(20)));
  }

  private List<String> texts(ResponseId id) {
    return history(id.text()).stream().map(ConversationReaderTest::textOf).toList();
  }

  /// The text of the only part of a message.
  private static String textOf(JsonObject item) {
    assertThat(item.text("type")).contains("message");
    assertThat(item.text("id")).isPresent();
    assertThat(item.items("content")).hasSize(1);
    byte[] part = Json.write(item.items("content").getFirst());
    return Json.objectOrEmpty(part).text("text").orElse(new String(part, StandardCharsets.UTF_8));
  }

  private GatewayException refusal(String id) {
    return catchThrowableOfType(GatewayException.class, () -> history(id));
  }

  private static void assertNotFound(GatewayException refusal) {
    assertThat(refusal.code()).isEqualTo(ErrorCode.PREVIOUS_RESPONSE_NOT_FOUND);
    assertThat(refusal.status()).isEqualTo(400);
    assertThat(refusal.param()).isEqualTo("previous_response_id");
  }

  private Caller caller() {
    return new Caller(
        context.getBean(AccountStore.class).findKey(tenant.keyId()).orElseThrow().key());
  }
}
