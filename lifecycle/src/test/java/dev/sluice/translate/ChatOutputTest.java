package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.OutputItem.CustomToolCall;
import dev.sluice.wire.OutputItem.FunctionCall;
import dev.sluice.wire.OutputItem.Message;
import dev.sluice.wire.OutputItem.Part;
import dev.sluice.wire.OutputItem.Reasoning;
import dev.sluice.wire.OutputItem.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatOutputTest {

  private static final ResponseId ID =
      new ResponseId(UUID.fromString("019aa000-0000-7000-8000-000000000001"));
  private static final ItemIds IDS = ItemIds.ofOutput(ID);

  @Test
  void aTextIsOneMessageWithOnePart() {
    List<OutputItem> items = translate("{\"content\":\"Hello\"}", "stop");

    assertThat(items).hasSize(1);
    assertThat(json(items.getFirst()))
        .isEqualTo(
            """
            {"id":"%s","type":"message","status":"completed","role":"assistant","content":\
            [{"type":"output_text","text":"Hello","annotations":[],"logprobs":[]}]}\
            """
                .formatted(IDS.message(0)));
  }

  @ParameterizedTest
  @CsvSource({
    "stop, COMPLETED",
    "tool_calls, COMPLETED",
    "function_call, COMPLETED",
    "length, INCOMPLETE",
    "content_filter, INCOMPLETE",
    "error, INCOMPLETE",
    "abort, INCOMPLETE"
  })
  void theLastItemOfACutChoiceIsIncomplete(String finish, Status status) {
    List<OutputItem> items = translate("{\"content\":\"Hel\",\"reasoning\":\"hm\"}", finish);

    assertThat(items.getFirst()).isEqualTo(new Reasoning(IDS.reasoning(0), "hm", Status.COMPLETED));
    assertThat(((Message) items.getLast()).status()).isEqualTo(status);
  }

  @Test
  void toolCallsWithoutTextHaveNoMessage() {
    List<OutputItem> items =
        translate(
            """
            {"content":"","tool_calls":[
              {"id":"call_a","type":"function","function":{"name":"f","arguments":"{\\"x\\":1}"}},
              {"id":"call_b","type":"function","function":{"name":"g","arguments":"{}"}}]}\
            """,
            "tool_calls");

    assertThat(items)
        .containsExactly(
            new FunctionCall(IDS.functionCall(0), "call_a", "f", "{\"x\":1}", Status.COMPLETED),
            new FunctionCall(IDS.functionCall(1), "call_b", "g", "{}", Status.COMPLETED));
  }

  @Test
  void toolCallsWithTextComeAfterTheMessage() {
    List<OutputItem> items =
        translate(
            "{\"content\":\"Let me see\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\"}}]}",
            "tool_calls");

    assertThat(items.getFirst()).isInstanceOf(Message.class);
    assertThat(items.get(1))
        .isEqualTo(new FunctionCall(IDS.functionCall(1), "c", "f", "", Status.COMPLETED));
  }

  @Test
  void callIdsThatAreMissingOrRepeatedAreDerived() {
    List<OutputItem> items =
        translate(
            """
            {"content":null,"tool_calls":[
              {"id":"call_0","function":{"name":"f","arguments":"{}"}},
              {"id":"call_0","function":{"name":"g","arguments":"{}"}},
              {"id":"","function":{"name":"h","arguments":"{}"}},
              {"function":{"name":"i","arguments":"{}"}}]}\
            """,
            "tool_calls");

    List<String> callIds = items.stream().map(item -> ((FunctionCall) item).callId()).toList();
    assertThat(callIds).doesNotHaveDuplicates().startsWith("call_0").noneMatch(String::isEmpty);
  }

  @Test
  void theOlderFunctionCallAndCustomToolsAreCallsToo() {
    assertThat(
            translate(
                "{\"content\":null,\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}}",
                "function_call"))
        .containsExactly(
            new FunctionCall(IDS.functionCall(0), IDS.call(0), "f", "{}", Status.COMPLETED));
    assertThat(
            translate(
                "{\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\",\"custom\":{\"name\":\"sql\",\"input\":\"select\"}}]}",
                "tool_calls"))
        .containsExactly(
            new CustomToolCall(IDS.customToolCall(0), "c", "sql", "select", Status.COMPLETED));
  }

  @Test
  void aRefusalIsAPartAndNotAFailure() {
    List<OutputItem> items = translate("{\"content\":null,\"refusal\":\"I will not\"}", "stop");

    assertThat(items)
        .containsExactly(
            new Message(IDS.message(0), Status.COMPLETED, List.of(new Part.Refusal("I will not"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"content\":\"x\",\"reasoning_content\":\"thinking\"}",
        "{\"content\":\"x\",\"reasoning\":\"thinking\"}",
        "{\"content\":\"x\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"think\"},{\"summary\":\"ing\"}]}"
      })
  void reasoningComesBeforeTheMessage(String message) {
    List<OutputItem> items = translate(message, "stop");

    assertThat(items).hasSize(2);
    assertThat(json(items.getFirst()))
        .isEqualTo(
            """
            {"id":"%s","type":"reasoning","status":"completed","summary":[],"content":\
            [{"type":"reasoning_text","text":"thinking"}]}\
            """
                .formatted(IDS.reasoning(0)));
  }

  @Test
  void annotationsAreFlatAndLogprobsComplete() {
    JsonObject completion =
        object(
            """
            {"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"é",
              "annotations":[{"type":"url_citation","url_citation":
                {"url":"https://x","title":"X","start_index":1,"end_index":2}}]},
              "logprobs":{"content":[{"token":"é","logprob":-0.50,"bytes":null,
                "top_logprobs":[{"token":"e","logprob":-1.0,"bytes":[101]}]}]}}]}\
            """);

    List<OutputItem> items = ChatOutput.of(ID, completion);

    assertThat(json(items.getFirst()))
        .contains(
            """
            "annotations":[{"type":"url_citation","url":"https://x","title":"X","start_index":1,"end_index":2}]\
            """)
        .contains(
            """
            "logprobs":[{"token":"é","logprob":-0.50,"bytes":[195,169],\
            "top_logprobs":[{"token":"e","logprob":-1.0,"bytes":[101]}]}]\
            """);
  }

  @Test
  void severalChoicesAreOneMessageEachInOrder() {
    JsonObject completion =
        object(
            """
            {"choices":[{"finish_reason":"stop","message":{"content":"one"}},
                        {"finish_reason":"stop","message":{"content":"two"}}]}\
            """);

    List<OutputItem> items = ChatOutput.of(ID, completion);

    assertThat(items)
        .extracting(item -> ((Part.Text) ((Message) item).content().getFirst()).text())
        .containsExactly("one", "two");
    assertThat(items).extracting(item -> ((Message) item).id()).doesNotHaveDuplicates();
  }

  @Test
  void contentInPartsIsJoined() {
    List<OutputItem> items =
        translate("{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"text\":\"b\"}]}", "stop");

    assertThat(json(items.getFirst())).contains("\"text\":\"ab\"");
  }

  @Test
  void anEmptyAnswerIsAnEmptyMessageAndABrokenOneIsNothing() {
    assertThat(translate("{\"content\":\"\"}", "stop")).hasSize(1);
    assertThat(translate("{\"content\":\"\"}", "error")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":[null,1]}",
        "{\"error\":{\"message\":\"x\"}}",
        "{\"choices\":\"x\"}"
      })
  void whatIsNoCompletionHasNoItems(String body) {
    assertThat(ChatOutput.of(ID, object(body))).isEmpty();
  }

  private static List<OutputItem> translate(String message, String finish) {
    return ChatOutput.of(
        ID,
        object(
            "{\"choices\":[{\"index\":0,\"finish_reason\":\""
                + finish
                + "\",\"message\":"
                + message
                + "}]}"));
  }

  private static JsonObject object(String json) {
    return Json.objectOrEmpty(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String json(OutputItem item) {
    return new String(Json.write(item.toJson()), StandardCharsets.UTF_8);
  }
}
