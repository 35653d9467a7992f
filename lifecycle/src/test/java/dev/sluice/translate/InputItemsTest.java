package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Endpoint;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class InputItemsTest {

  private static final ResponseId ID =
      new ResponseId(UUID.fromString("019aa000-0000-7000-8000-000000000001"));
  private static final ItemIds IDS = ItemIds.ofInput(ID);

  @Test
  void callsOfFreeTextAndOfTheFormBeforeToolsKeepTheirOutputs() {
    List<String> items =
        items(
            Endpoint.CHAT_COMPLETIONS,
            """
            {"messages":[
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"call_1","type":"custom","custom":{"name":"patch","input":"a\\nb"}}]},
              {"role":"tool","tool_call_id":"call_1","content":"done"},
              {"role":"assistant","content":null,
                "function_call":{"name":"look","arguments":"{}"}},
              {"role":"function","name":"look","content":"a cat"}]}\
            """);

    assertThat(items)
        .containsExactly(
            """
            {"id":"%s","type":"custom_tool_call","status":"completed","call_id":"call_1",\
            "name":"patch","input":"a\\nb"}\
            """
                .formatted(IDS.customToolCall(0)),
            """
            {"id":"%s","type":"custom_tool_call_output","status":"completed","call_id":"call_1",\
            "output":"done"}\
            """
                .formatted(IDS.functionCallOutput(1)),
            """
            {"id":"%s","type":"function_call","status":"completed","call_id":"look",\
            "name":"look","arguments":"{}"}\
            """
                .formatted(IDS.functionCall(2)),
            """
            {"id":"%s","type":"function_call_output","status":"completed","call_id":"look",\
            "output":"a cat"}\
            """
                .formatted(IDS.functionCallOutput(3)));
  }

  @Test
  void chatMessagesAreItemsInTheirOrder() {
    List<String> items =
        items(
            Endpoint.CHAT_COMPLETIONS,
            """
            {"messages":[
              {"role":"system","content":"Be brief"},
              {"role":"user","content":[{"type":"text","text":"What is it?"},
                {"type":"image_url","image_url":{"url":"https://x/y.png"}},
                {"type":"file","file":{"file_id":"file-1"}}]},
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"call_1","content":"a cat"},
              {"role":"assistant","content":"A cat"}]}\
            """);

    assertThat(items)
        .containsExactly(
            """
            {"id":"%s","type":"message","status":"completed","role":"system",\
            "content":[{"type":"input_text","text":"Be brief"}]}\
            """
                .formatted(IDS.message(0)),
            """
            {"id":"%s","type":"message","status":"completed","role":"user",\
            "content":[{"type":"input_text","text":"What is it?"},\
            {"type":"input_image","image_url":"https://x/y.png","detail":"auto"},\
            {"type":"input_file","file_id":"file-1"}]}\
            """
                .formatted(IDS.message(1)),
            """
            {"id":"%s","type":"function_call","status":"completed","call_id":"call_1",\
            "name":"look","arguments":"{}"}\
            """
                .formatted(IDS.functionCall(2)),
            """
            {"id":"%s","type":"function_call_output","status":"completed","call_id":"call_1",\
            "output":"a cat"}\
            """
                .formatted(IDS.functionCallOutput(3)),
            """
            {"id":"%s","type":"message","status":"completed","role":"assistant",\
            "content":[{"type":"output_text","text":"A cat","annotations":[],"logprobs":[]}]}\
            """
                .formatted(IDS.message(4)));
  }

  @Test
  void everyInputOfAnEmbeddingIsAMessage() {
    assertThat(items(Endpoint.EMBEDDINGS, "{\"input\":\"one\"}"))
        .singleElement()
        .asString()
        .contains("\"text\":\"one\"");
    assertThat(items(Endpoint.EMBEDDINGS, "{\"input\":[\"one\",\"two\"]}")).hasSize(2);
    assertThat(items(Endpoint.EMBEDDINGS, "{\"input\":[1,2]}"))
        .singleElement()
        .asString()
        .contains("\"text\":\"[1,2]\"");
    assertThat(items(Endpoint.EMBEDDINGS, "{\"input\":[[1,2],[3]]}")).hasSize(2);
  }

  @Test
  void itemsOfAResponsesRequestKeepWhatTheyHaveAndGetWhatTheyLack() {
    List<String> items =
        items(
            Endpoint.RESPONSES,
            """
            {"input":[{"role":"user","content":"x"},
              {"id":"msg_1","type":"message","status":"incomplete","role":"user","content":[]},
              {"role":"assistant","content":"y"},
              {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
              {"type":"function_call_output","call_id":"a","output":"z"},
              {"type":"custom_tool_call","call_id":"b","name":"g","input":""},
              {"type":"reasoning","summary":[]},
              {"type":"item_reference","id":"fc_9"}]}
            """);

    assertThat(items)
        .containsExactly(
            """
            {"role":"user","content":[{"type":"input_text","text":"x"}],"type":"message",\
            "id":"%s","status":"completed"}\
            """
                .formatted(IDS.message(0)),
            """
            {"id":"msg_1","type":"message","status":"incomplete","role":"user","content":[]}\
            """,
            """
            {"role":"assistant","content":[{"type":"output_text","text":"y","annotations":[],\
            "logprobs":[]}],"type":"message","id":"%s","status":"completed"}\
            """
                .formatted(IDS.message(2)),
            """
            {"type":"function_call","call_id":"a","name":"f","arguments":"{}","id":"%s"}\
            """
                .formatted(IDS.functionCall(3)),
            """
            {"type":"function_call_output","call_id":"a","output":"z","id":"%s"}\
            """
                .formatted(IDS.functionCallOutput(4)),
            """
            {"type":"custom_tool_call","call_id":"b","name":"g","input":"","id":"%s"}\
            """
                .formatted(IDS.customToolCall(5)),
            """
            {"type":"reasoning","summary":[],"id":"%s"}\
            """
                .formatted(IDS.reasoning(6)),
            """
            {"type":"item_reference","id":"fc_9"}\
            """);
    assertThat(items(Endpoint.RESPONSES, "{\"input\":\"x\"}")).hasSize(1);
  }

  @Test
  void anItemOfAnyTypeGetsAnIdOfItsOwnKind() {
    assertThat(
            items(
                Endpoint.RESPONSES,
                """
                {"input":[{"type":"compaction","encrypted_content":"x"},
                  {"type":"web_search_call","status":"completed"},
                  {"type":"custom_tool_call_output","call_id":"a","output":"z"}]}
                """))
        .containsExactly(
            """
            {"type":"compaction","encrypted_content":"x","id":"%s"}\
            """
                .formatted(IDS.compaction(0)),
            """
            {"type":"web_search_call","status":"completed","id":"%s"}\
            """
                .formatted(IDS.message(1).replace("msg_", "item_")),
            """
            {"type":"custom_tool_call_output","call_id":"a","output":"z","id":"%s"}\
            """
                .formatted(IDS.functionCallOutput(2)));
  }

  @Test
  void aRequestThatIsNotRecordedHasNoItems() {
    for (Endpoint endpoint : Endpoint.values()) {
      assertThat(InputItems.of(endpoint, ID, JsonObject.EMPTY)).isEmpty();
    }
  }

  private static List<String> items(Endpoint endpoint, String request) {
    return InputItems.of(endpoint, ID, Json.objectOrEmpty(request.getBytes(StandardCharsets.UTF_8)))
        .stream()
        .map(item -> new String(Json.write(item), StandardCharsets.UTF_8))
        .toList();
  }
}
