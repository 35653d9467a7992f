package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Claim;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore.Attempt;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Schedule;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ResponseViewTest {

  private static final Instant CREATED = Instant.parse("2026-11-21T10:00:00.900Z");
  private static final Instant FINISHED = Instant.parse("2026-11-21T10:00:02.100Z");
  private static final ResponseId ID =
      new ResponseId(UUID.fromString("019aa000-0000-7000-8000-000000000001"));
  private static final Usage USAGE = new Usage(10, 20, 3, 4);
  private static final JsonObject COMPLETION =
      object(
          """
          {"id":"resp_x","object":"chat.completion","model":"upstream-name","choices":[
            {"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hi"}}]}\
          """);

  /// Open Responses 2026-04-24, `ResponseResource`: all 31 are required, these may be null.
  private static final Set<String> NULLABLE =
      Set.of(
          "completed_at",
          "incomplete_details",
          "previous_response_id",
          "instructions",
          "safety_identifier",
          "prompt_cache_key",
          "error",
          "reasoning",
          "usage",
          "max_output_tokens",
          "max_tool_calls");

  private static final List<String> REQUIRED =
      Arrays.asList(
          "id object created_at completed_at status incomplete_details model previous_response_id"
              .concat(" instructions output error tools tool_choice truncation parallel_tool_calls")
              .concat(" text top_p presence_penalty frequency_penalty top_logprobs temperature")
              .concat(" reasoning usage max_output_tokens max_tool_calls store background")
              .concat(" service_tier metadata safety_identifier prompt_cache_key")
              .split(" ", -1));

  static Stream<Request> rows() {
    return Arrays.stream(Endpoint.values()).flatMap(endpoint -> rows(data(endpoint)));
  }

  private static Stream<Request> rows(RequestData data) {
    Schedule schedule = Schedule.fresh(null);
    Claim claim = new Claim(new UUID(5, 6), new UUID(7, 8), FINISHED);
    return Stream.of(
        new Request.Pending(data, schedule),
        new Request.Claimed(data, schedule, claim),
        new Request.Proxied(data),
        new Request.Dispatched(data, schedule, claim),
        new Request.Completed(data, 200, false, USAGE, 12L, FINISHED),
        new Request.Completed(data, 200, true, null, null, FINISHED),
        new Request.Failed(data, 500, FailureReason.ofStatus(500, "no"), null, FINISHED),
        new Request.Failed(data, null, new FailureReason.GatewayLost(), USAGE, FINISHED),
        new Request.Canceled(data, USAGE, FINISHED));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyKindOfRowHasEveryKeyWithAValueWhereNullIsNotAllowed(Request row) {
    for (JsonObject body : List.of(JsonObject.EMPTY, COMPLETION)) {
      JsonObject json = new ResponseView(row, body, body, List.of()).toJson();

      assertThat(REQUIRED).hasSize(31);
      assertThat(json.members()).containsKeys(REQUIRED.toArray(String[]::new));
      json.members()
          .forEach((name, value) -> {
            if (!NULLABLE.contains(name) && !name.equals("conversation")) {
              assertThat(value).as(name).isNotEqualTo(JsonNull.NULL);
            }
          });
      assertThat(json.get("conversation")).isEqualTo(JsonNull.NULL);
      assertThat(json.get("temperature")).isInstanceOf(JsonNumber.class);
    }
  }

  @Test
  void aCompletedChatIsAWholeResponse() {
    Request row =
        new Request.Completed(data(Endpoint.CHAT_COMPLETIONS), 200, false, USAGE, 12L, FINISHED);
    Attempt attempt =
        new Attempt(new UUID(1, 2), "openai", "gpt", CREATED, FINISHED, 200, USAGE, null);
    Attempt untold =
        new Attempt(new UUID(1, 3), "vllm", null, CREATED, null, null, null, "worker_lost");

    JsonObject json =
        new ResponseView(
                row,
                object("{\"model\":\"alias\",\"max_tokens\":9}"),
                COMPLETION,
                List.of(untold, attempt))
            .toJson();

    assertThat(text(json))
        .isEqualTo(
            """
            {"id":"resp_019aa000-0000-7000-8000-000000000001","object":"response",\
            "created_at":1795255200,"completed_at":1795255202,"status":"completed",\
            "background":false,"store":true,"service_tier":"default","model":"alias",\
            "error":null,"incomplete_details":null,\
            "output":[{"id":"%s","type":"message","status":"completed","role":"assistant",\
            "content":[{"type":"output_text","text":"Hi","annotations":[],"logprobs":[]}]}],\
            "instructions":null,"max_output_tokens":9,"max_tool_calls":null,"metadata":{},\
            "parallel_tool_calls":true,"previous_response_id":null,"presence_penalty":0,\
            "frequency_penalty":0,"prompt_cache_key":null,"reasoning":null,\
            "safety_identifier":null,"temperature":1,"text":{"format":{"type":"text"}},\
            "tool_choice":"auto","tools":[],"top_logprobs":0,"top_p":1,"truncation":"disabled",\
            "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":3,\
            "cache_write_tokens":0},"output_tokens":20,"output_tokens_details":\
            {"reasoning_tokens":4},"total_tokens":30},"conversation":null,\
            "x_sluice":{"endpoint":"/v1/chat/completions","client_disconnected":false,\
            "attempts":[{"upstream":"vllm","upstream_model":null,"status":null,\
            "started_at":"2026-11-21T10:00:00.900Z","finished_at":null,"usage":null,\
            "error":"worker_lost"},{"upstream":"openai","upstream_model":"gpt","status":200,\
            "started_at":"2026-11-21T10:00:00.900Z","finished_at":"2026-11-21T10:00:02.100Z",\
            "usage":{"input_tokens":10,"output_tokens":20,"cached_tokens":3,\
            "reasoning_tokens":4},"error":null}]}}\
            """
                .formatted(ItemIds.ofOutput(ID).message(0)));
  }

  @ParameterizedTest
  @CsvSource({
    "length, max_output_tokens",
    "content_filter, content_filter",
    "stop, max_output_tokens"
  })
  void aCutAnswerSaysByWhat(String finish, String reason) {
    Request row =
        new Request.Completed(data(Endpoint.CHAT_COMPLETIONS), 200, true, USAGE, 12L, FINISHED);
    JsonObject body =
        object(
            "{\"choices\":[{\"finish_reason\":\""
                + finish
                + "\",\"message\":{\"content\":\"x\"}}]}");

    JsonObject json = new ResponseView(row, JsonObject.EMPTY, body, List.of()).toJson();

    assertThat(json.text("status")).contains("incomplete");
    assertThat(json.object("incomplete_details").orElseThrow().text("reason")).contains(reason);
    assertThat(json.get("completed_at")).isEqualTo(JsonNull.NULL);
  }

  @Test
  void aFailureShowsTheUnwrappedErrorAndWhatWasReceived() {
    Request row =
        new Request.Failed(
            data(Endpoint.CHAT_COMPLETIONS),
            400,
            FailureReason.ofStatus(400, "{\"error\":{\"message\":\"Bad\",\"code\":\"c\"}}"),
            null,
            FINISHED);
    JsonObject partial =
        object("{\"choices\":[{\"finish_reason\":null,\"message\":{\"content\":\"Hel\"}}]}");

    JsonObject json = new ResponseView(row, JsonObject.EMPTY, partial, List.of()).toJson();

    assertThat(json.text("status")).contains("failed");
    assertThat(text(json.get("error"))).isEqualTo("{\"code\":\"c\",\"message\":\"Bad\"}");
    assertThat(text(json.get("output"))).contains("\"status\":\"incomplete\"", "\"text\":\"Hel\"");
    assertThat(json.object("x_sluice").orElseThrow().text("failure"))
        .contains("non_retriable_status");
    assertThat(json.get("usage")).isEqualTo(JsonNull.NULL);
  }

  @ParameterizedTest
  @EnumSource(names = {"RESPONSES", "COMPACTIONS"})
  void whatAnUpstreamSentInsteadOfAnAnswerIsNoOutput(Endpoint endpoint) {
    Request row =
        new Request.Failed(
            data(endpoint), 200, new FailureReason.RetriableStatus(502, "{}"), null, FINISHED);
    JsonObject theirs =
        object(
            "{\"id\":\"resp_theirs\",\"object\":\"response\",\"status\":\"failed\","
                + "\"output\":[{\"id\":\"msg_theirs\",\"type\":\"message\"}]}");

    JsonObject json = new ResponseView(row, JsonObject.EMPTY, theirs, null).toJson();

    assertThat(json.text("status")).contains("failed");
    assertThat(json.get("output")).isEqualTo(JsonArray.EMPTY);
  }

  @Test
  void aStoredResponseIsShownVerbatimWithOurFactsAsTheyAre() {
    Request row = new Request.Completed(data(Endpoint.RESPONSES), 200, false, USAGE, 12L, FINISHED);
    JsonObject stored =
        object(
            """
            {"id":"%s","object":"response","status":"completed","output":[],"temperature":0.3,
             "x_sluice":{"endpoint":"/v1/responses","client_disconnected":true}}\
            """
                .formatted(ID.text()));

    JsonObject json = new ResponseView(row, JsonObject.EMPTY, stored, null).toJson();

    assertThat(json)
        .isEqualTo(
            stored.toBuilder()
                .put(
                    "x_sluice",
                    object("{\"endpoint\":\"/v1/responses\",\"client_disconnected\":false}"))
                .build());
  }

  @Test
  void theErrorOfAnUpstreamIsNotShownAsAResponse() {
    Request row =
        new Request.Failed(
            data(Endpoint.RESPONSES), 500, FailureReason.ofStatus(500, "no"), null, FINISHED);

    JsonObject json =
        new ResponseView(
                row,
                object("{\"instructions\":\"Be short.\"}"),
                object(
                    "{\"id\":\"resp_theirs\",\"object\":\"response\",\"output\":[{\"id\":\"msg_theirs\"}]}"),
                null)
            .toJson();

    assertThat(json.text("id")).contains(ID.text());
    assertThat(json.text("status")).contains("failed");
    assertThat(json.text("instructions")).contains("Be short.");
    assertThat(json.items("output")).isEmpty();
  }

  @Test
  void embeddingsHaveNoOutputButUsage() {
    Request row =
        new Request.Completed(data(Endpoint.EMBEDDINGS), 200, false, null, null, FINISHED);
    JsonObject body =
        object(
            "{\"object\":\"list\",\"data\":[{\"embedding\":[0.1]}],\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}");

    JsonObject json = new ResponseView(row, JsonObject.EMPTY, body, List.of()).toJson();

    assertThat(json.items("output")).isEmpty();
    assertThat(json.object("usage").orElseThrow().number("input_tokens")).contains(7L);
    assertThat(json.object("usage").orElseThrow().number("total_tokens")).contains(7L);
  }

  @Test
  void everyReadShowsTheSameItemIds() {
    ItemIds ids = ItemIds.ofOutput(ID);
    ItemIds others = ItemIds.ofInput(ID);

    assertThat(ids.message(0)).isEqualTo(ItemIds.ofOutput(ID).message(0));
    assertThat(ids.message(0)).isNotEqualTo(ids.message(1)).isNotEqualTo(others.message(0));
    UUID uuid = UUID.fromString(ids.message(0).substring(4));
    assertThat(uuid.version()).isEqualTo(5);
    assertThat(uuid.variant()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "stop, WHOLE",
        "tool_calls, WHOLE",
        "function_call, WHOLE",
        "length, MAX_OUTPUT_TOKENS",
        "content_filter, CONTENT_FILTER",
        "error, BROKEN",
        "abort, BROKEN",
        "something_new, WHOLE",
        "Length, MAX_OUTPUT_TOKENS"
      })
  void everyFinishReasonHasItsMeaning(String text, FinishReason reason) {
    JsonObject choice = JsonObject.builder().put("finish_reason", text).build();

    assertThat(FinishReason.ofChoice(choice)).isEqualTo(reason);
  }

  @Test
  void theWorstChoiceCountsAndNoneIsBroken() {
    assertThat(
            FinishReason.ofCompletion(
                object(
                    "{\"choices\":[{\"finish_reason\":\"length\"},{\"finish_reason\":\"stop\"}]}")))
        .isEqualTo(FinishReason.MAX_OUTPUT_TOKENS);
    assertThat(FinishReason.ofCompletion(object("{\"choices\":[{\"finish_reason\":null}]}")))
        .isEqualTo(FinishReason.BROKEN);
    assertThat(FinishReason.ofCompletion(JsonObject.EMPTY)).isEqualTo(FinishReason.BROKEN);
  }

  @Test
  void countsAreNeverNegative() {
    JsonObject body =
        object(
            """
            {"usage":{"prompt_tokens":-1,"completion_tokens":2.5,
              "prompt_tokens_details":{"cached_tokens":1},"completion_tokens_details":null}}\
            """);

    assertThat(UsageCounts.ofChat(body)).contains(new Usage(0, 0, 1, 0));
    assertThat(UsageCounts.ofChat(JsonObject.EMPTY)).isEmpty();
  }

  private static RequestData data(Endpoint endpoint) {
    return new RequestData(
        ID,
        new UUID(1, 1),
        "key12345",
        endpoint,
        "alias",
        ServiceTier.DEFAULT,
        false,
        false,
        true,
        CREATED,
        CREATED,
        CREATED,
        false,
        false);
  }

  private static JsonObject object(String json) {
    return Json.objectOrEmpty(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(@Nullable JsonValue value) {
    return new String(Json.write(Objects.requireNonNull(value)), StandardCharsets.UTF_8);
  }
}
