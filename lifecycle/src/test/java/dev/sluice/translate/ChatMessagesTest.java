package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Endpoint;
import dev.sluice.upstream.ChatTraits;
import dev.sluice.upstream.Upstream.Protocol;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How items of a conversation become messages: one sentence per trap (reference, 6.1).
final class ChatMessagesTest {

  private static final ChatTraits OTHER = new ChatTraits("max_tokens", "developer", true, false);

  @Test
  void textPartsBecomeOneString() {
    assertThat(
            items(
                "{'role':'user','content':[{'type':'input_text','text':'a'},{'type':'input_text','text':'b'}]}"))
        .isEqualTo(list("[{'role':'user','content':'a\\nb'}]"));
  }

  @Test
  void anImageKeepsItsUrlAndDetail() {
    assertThat(
            items(
                "{'role':'user','content':[{'type':'input_text','text':'a'},"
                    + "{'type':'input_image','image_url':'data:image/png;base64,AA','detail':'low'},"
                    + "{'type':'input_image','image_url':'https://x/y.png'}]}"))
        .isEqualTo(
            list(
                "[{'role':'user','content':[{'type':'text','text':'a'},"
                    + "{'type':'image_url','image_url':{'url':'data:image/png;base64,AA','detail':'low'}},"
                    + "{'type':'image_url','image_url':{'url':'https://x/y.png'}}]}]"));
  }

  @Test
  void aFileKeepsItsNameAndAudioPasses() {
    assertThat(
            items(
                "{'role':'user','content':[{'type':'input_file','filename':'a.pdf','file_data':'data:x'},"
                    + "{'type':'input_audio','input_audio':{'data':'AA','format':'wav'}}]}"))
        .isEqualTo(
            list(
                "[{'role':'user','content':[{'type':'file','file':{'filename':'a.pdf','file_data':'data:x'}},"
                    + "{'type':'input_audio','input_audio':{'data':'AA','format':'wav'}}]}]"));
  }

  @Test
  void whatTheAssistantSaidAndCalledIsOneMessageFollowedByTheOutputs() {
    assertThat(
            items(
                "{'type':'message','role':'assistant','id':'msg_1','phase':'commentary','content':[{'type':'output_text','text':'Let me see.','annotations':[]}]},"
                    + "{'type':'function_call','id':'fc_1','call_id':'c1','name':'f','arguments':'{}'},"
                    + "{'type':'function_call','id':'fc_2','call_id':'c2','name':'g','arguments':'{}'},"
                    + "{'type':'function_call_output','call_id':'c2','output':'2'},"
                    + "{'type':'function_call_output','call_id':'c1','output':'1'}"))
        .isEqualTo(
            list(
                "[{'role':'assistant','content':'Let me see.','tool_calls':["
                    + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}},"
                    + "{'id':'c2','type':'function','function':{'name':'g','arguments':'{}'}}]},"
                    + "{'role':'tool','tool_call_id':'c2','content':'2'},"
                    + "{'role':'tool','tool_call_id':'c1','content':'1'}]"));
  }

  @Test
  void callsWithoutWordsHaveNullContent() {
    assertThat(
            items(
                "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                    + "{'type':'function_call_output','call_id':'c1','output':[{'type':'input_text','text':'1'}]}"))
        .isEqualTo(
            list(
                "[{'role':'assistant','content':null,'tool_calls':["
                    + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]},"
                    + "{'role':'tool','tool_call_id':'c1','content':'1'}]"));
  }

  @Test
  void wordsBetweenACallAndItsOutputJoinTheMessageOfTheCall() {
    assertThat(
            items(
                "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                    + "{'role':'assistant','content':'Looking it up.'},"
                    + "{'type':'function_call_output','call_id':'c1','output':'1'},"
                    + "{'role':'assistant','content':'It is 1.'}"))
        .isEqualTo(
            list(
                "[{'role':'assistant','content':'Looking it up.','tool_calls':["
                    + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]},"
                    + "{'role':'tool','tool_call_id':'c1','content':'1'},"
                    + "{'role':'assistant','content':'It is 1.'}]"));
  }

  @Test
  void wordsBeforeAndAfterACallStayApart() {
    assertThat(
            items(
                    "{'role':'assistant','content':'Let me see.'},"
                        + "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                        + "{'role':'assistant','content':''},"
                        + "{'role':'assistant','content':'Looking it up.'},"
                        + "{'type':'function_call_output','call_id':'c1','output':'1'}")
                .getFirst())
        .isEqualTo(
            json(
                "{'role':'assistant','content':'Let me see.\\n\\nLooking it up.','tool_calls':["
                    + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]}"));
  }

  @Test
  void anOutputThatCameLateStandsRightAfterItsCall() {
    assertThat(
            items(
                "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                    + "{'role':'user','content':'Hurry'},"
                    + "{'type':'function_call_output','call_id':'c1','output':'1'}"))
        .extracting(message -> ((JsonObject) message).text("role").orElseThrow())
        .containsExactly("assistant", "tool", "user");
  }

  @Test
  void aCustomCallIsAFunctionCallWithOneArgument() {
    assertThat(
            items(
                "{'type':'custom_tool_call','call_id':'c1','name':'f','input':'a\\nb'},"
                    + "{'type':'custom_tool_call_output','call_id':'c1','output':'1'}"))
        .isEqualTo(
            list(
                "[{'role':'assistant','content':null,'tool_calls':["
                    + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{\\u0022input\\u0022:\\u0022a\\\\nb\\u0022}'}}]},"
                    + "{'role':'tool','tool_call_id':'c1','content':'1'}]"));
  }

  @Test
  void aRefusalStaysARefusal() {
    assertThat(items("{'role':'assistant','content':[{'type':'refusal','refusal':'No.'}]}"))
        .isEqualTo(list("[{'role':'assistant','content':null,'refusal':'No.'}]"));
  }

  @Test
  void twoAnswersInARowStayTwoMessages() {
    assertThat(
            items(
                "{'role':'assistant','phase':'commentary','content':'a'},"
                    + "{'role':'assistant','phase':'final_answer','content':'b'}"))
        .isEqualTo(list("[{'role':'assistant','content':'a'},{'role':'assistant','content':'b'}]"));
  }

  @Test
  void reasoningReachesOnlyServersThatTakeIt() {
    String request =
        "{'input':[{'type':'reasoning','id':'rs_1','summary':[{'type':'summary_text','text':'sum'}]},"
            + "{'role':'assistant','content':'a'},"
            + "{'type':'reasoning','id':'rs_2','summary':[],'content':[{'type':'reasoning_text','text':'raw'}]},"
            + "{'role':'user','content':'b'}]}";

    assertThat(messages(request))
        .isEqualTo(list("[{'role':'assistant','content':'a'},{'role':'user','content':'b'}]"));
    assertThat(chat(request, OTHER).items("messages"))
        .isEqualTo(
            list(
                "[{'role':'assistant','content':'a','reasoning_content':'sum'},"
                    + "{'role':'user','content':'b'}]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "mcp_list_tools",
        "mcp_call"
      })
  void theRecordOfAToolThatTheServerRanIsLeftOut(String type) {
    assertThat(
            items(
                "{'type':'"
                    + type
                    + "','id':'x_1','status':'completed'},"
                    + "{'role':'user','content':'b'}"))
        .isEqualTo(list("[{'role':'user','content':'b'}]"));
  }

  private static List<JsonValue> items(String items) {
    return messages("{'input':[" + items + "]}");
  }

  private static List<JsonValue> messages(String request) {
    return chat(request).items("messages");
  }

  private static JsonObject chat(String request) {
    return chat(request, ChatTraits.DEFAULT);
  }

  private static JsonObject chat(String request, ChatTraits traits) {
    return Json.objectOrEmpty(
        ChatRequestBody.of(
            TestingCalls.call(Endpoint.RESPONSES, json(request)),
            TestingCalls.target(Protocol.CHAT, traits)));
  }

  private static List<JsonValue> list(String array) {
    return json("{'list':" + array + "}").items("list");
  }
}
