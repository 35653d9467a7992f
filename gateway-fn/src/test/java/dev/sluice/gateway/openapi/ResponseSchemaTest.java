package dev.sluice.gateway.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.testing.Contract;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore.Attempt;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import dev.sluice.translate.ResponseDraft;
import dev.sluice.translate.ResponseView;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.OutputItem.Status;
import dev.sluice.wire.ResponseParameters;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The schema of a Response and the code that makes Responses say the same.
final class ResponseSchemaTest {

  private static final Instant AT = Instant.parse("2026-11-21T10:00:00Z");

  /// Open Responses (2026-04-24), `ResponseResource`: the keys that may be null; `conversation` is
  /// OpenAI's.
  private static final Set<String> NULLABLE =
      Set.of(
          "completed_at",
          "incomplete_details",
          "previous_response_id",
          "instructions",
          "error",
          "reasoning",
          "usage",
          "max_output_tokens",
          "max_tool_calls",
          "safety_identifier",
          "prompt_cache_key",
          "conversation");

  private static final ResponseDraft DRAFT =
      new ResponseDraft(
          new RequestData(
              ResponseId.parse("resp_019aa5d5-6a3b-7000-8000-000000000001").orElseThrow(),
              new UUID(0, 1),
              "key",
              Endpoint.RESPONSES,
              "demo-echo",
              ServiceTier.DEFAULT,
              false,
              false,
              true,
              AT,
              AT,
              AT,
              false,
              false),
          ResponseParameters.DEFAULTS);

  private static final JsonObject COMPLETED =
      DRAFT.completed(AT, items(Status.COMPLETED), new Usage(3, 4, 2, 1));

  private static List<JsonObject> items(Status last) {
    OutputItem.Part text = new OutputItem.Part.Text("hello", JsonArray.EMPTY, JsonArray.EMPTY);
    return Stream.of(
            new OutputItem.FunctionCall("fc_1", "call_1", "weather", "{}", Status.COMPLETED),
            new OutputItem.CustomToolCall("ctc_1", "call_2", "patch", "text", Status.COMPLETED),
            new OutputItem.Message(
                "msg_1", last, List.of(text, new OutputItem.Part.Refusal("I will not."))))
        .map(OutputItem::toJson)
        .toList();
  }

  static Stream<JsonObject> responses() {
    return Stream.of(
        DRAFT.inProgress(),
        COMPLETED,
        DRAFT.incomplete("max_output_tokens", items(Status.INCOMPLETE), null),
        DRAFT.failed(new FailureReason.TimedOut("idle"), items(Status.INCOMPLETE), null));
  }

  @ParameterizedTest
  @MethodSource("responses")
  void everyResponseThatTheCodeMakesFits(JsonObject response) {
    assertThat(Contract.violations("Response", response)).isEmpty();
  }

  static Stream<String> keys() {
    return COMPLETED.members().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void aMissingKeyDoesNotFit(String key) {
    assertThat(Contract.violations("Response", COMPLETED.toBuilder().remove(key).build()))
        .isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void nullFitsOnlyWhereTheSpecificationAllowsIt(String key) {
    JsonObject running = NULLABLE.contains(key) ? DRAFT.inProgress() : COMPLETED;

    List<String> violations =
        Contract.violations("Response", running.toBuilder().put(key, JsonNull.NULL).build());

    assertThat(violations.isEmpty()).as(key + violations).isEqualTo(NULLABLE.contains(key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"output_text", "user", "moderation"})
  void aKeyMoreDoesNotFit(String key) {
    assertThat(Contract.violations("Response", COMPLETED.toBuilder().put(key, "x").build()))
        .isNotEmpty();
  }

  @Test
  void whatAStatusRulesOutDoesNotFit() {
    assertThat(status("in_progress")).isNotEmpty();
    assertThat(status("failed")).isNotEmpty();
    assertThat(status("incomplete")).isNotEmpty();
    assertThat(status("done")).isNotEmpty();
    assertThat(status("completed")).isEmpty();
  }

  private static List<String> status(String status) {
    return Contract.violations("Response", COMPLETED.toBuilder().put("status", status).build());
  }

  @Test
  void anItemWithAKeyTooFewOrTooManyDoesNotFit() {
    for (JsonObject item : items(Status.COMPLETED)) {
      assertThat(Contract.violations("OutputItem", item)).isEmpty();
      for (String key : item.members().keySet()) {
        assertThat(Contract.violations("OutputItem", item.toBuilder().remove(key).build()))
            .as(key + " of " + item)
            .isNotEmpty();
      }
      assertThat(Contract.violations("OutputItem", item.toBuilder().put("extra", 1).build()))
          .isNotEmpty();
    }
  }

  @Test
  void everyAttemptThatTheCodeShowsFits() {
    Attempt ended =
        new Attempt(new UUID(0, 2), "up", "m-1", AT, AT, 200, new Usage(3, 4, 2, 1), null);
    Attempt running = new Attempt(new UUID(0, 3), "up", null, AT, null, null, null, "worker_lost");
    JsonObject shown =
        new ResponseView(
                new Request.Completed(DRAFT.request(), 200, false, null, null, AT),
                JsonObject.EMPTY,
                JsonObject.EMPTY,
                List.of(ended, running))
            .toJson();

    assertThat(Contract.violations("Response", shown)).isEmpty();
    for (JsonValue value : shown.object("x_sluice").orElseThrow().items("attempts")) {
      JsonObject attempt = (JsonObject) value;
      assertThat(Contract.violations("Attempt", attempt)).isEmpty();
      for (String key : attempt.members().keySet()) {
        assertThat(Contract.violations("Attempt", attempt.toBuilder().remove(key).build()))
            .as(key)
            .isNotEmpty();
      }
      assertThat(Contract.violations("Attempt", attempt.toBuilder().put("extra", 1).build()))
          .isNotEmpty();
    }
  }

  @Test
  void anEventWithAnErrorThatIsNoErrorDoesNotFit() {
    JsonObject delta =
        JsonObject.builder()
            .put("type", "response.output_text.delta")
            .put("sequence_number", 4)
            .put("item_id", "msg_1")
            .put("output_index", 0)
            .put("content_index", 0)
            .put("delta", "x")
            .put("logprobs", JsonArray.EMPTY)
            .build();

    assertThat(Contract.eventViolations(delta)).isEmpty();
    assertThat(Contract.eventViolations(delta.toBuilder().put("error", JsonNull.NULL).build()))
        .isNotEmpty();
    assertThat(Contract.eventViolations(delta.toBuilder().remove("logprobs").build())).isNotEmpty();
    assertThat(
            Contract.eventViolations(
                delta.toBuilder().put("type", JsonValue.of("sluice:delta")).build()))
        .isNotEmpty();
  }
}
