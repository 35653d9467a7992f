package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.request.Endpoint;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResponsesRequestBodyTest {

  private static final String OURS = "_0192a1b2-c3d4-5e5f-8a6b-7c8d9e0f1a2b";

  @Test
  void aResponsesRequestKeepsItsSpellingAndTheServerKeepsNothing() {
    String sent =
        new String(
            ResponsesRequestBody.of(
                TestingCalls.call(
                    Endpoint.RESPONSES,
                    json(
                        "{'model':'alias','temperature':0.70,'top_p':1E+0,'input':'Hi','store':true,"
                            + "'text':{'format':{'type':'text'}}}")),
                TestingCalls.responses()),
            StandardCharsets.UTF_8);

    assertThat(sent.replace('"', '\''))
        .isEqualTo(
            "{'model':'theirs','temperature':0.70,'top_p':1E+0,"
                + "'input':[{'role':'user','content':'Hi','type':'message'}],'store':false,"
                + "'text':{'format':{'type':'text'}}}");
  }

  @Test
  void whatTheGatewayHandlesItselfIsNotForwarded() {
    assertThat(
            responses(
                    "{'input':'x','previous_response_id':'resp_1','background':false,'service_tier':'auto',"
                        + "'conversation':null,'metadata':{'a':'b'},'x_unknown':1,'stream_options':{}}")
                .members())
        .containsOnlyKeys("input", "model", "store");
  }

  @Test
  void aStreamIsAskedForWithTheClientsOptions() {
    JsonObject sent =
        responses("{'input':'x','stream':true,'stream_options':{'include_obfuscation':false}}");

    assertThat(sent.isTrue("stream")).isTrue();
    assertThat(sent.object("stream_options")).contains(json("{'include_obfuscation':false}"));
  }

  @Test
  void idsThatThisGatewayMadeAreRemovedWhereTheyAreOptionalAndThoseOfOthersStay() {
    assertThat(
            input(
                "{'type':'message','id':'msg"
                    + OURS
                    + "','role':'assistant','status':null,'content':'a'},"
                    + "{'type':'message','id':'msg_68af','role':'user','content':'b'},"
                    + "{'type':'web_search_call','id':'ws"
                    + OURS
                    + "','status':'completed'},"
                    + "{'type':'compaction','id':'cmp_68af','encrypted_content':'gAAA'}"))
        .isEqualTo(
            list(
                "[{'type':'message','role':'assistant','content':'a'},"
                    + "{'type':'message','id':'msg_68af','role':'user','content':'b'},"
                    + "{'type':'web_search_call','id':'ws"
                    + OURS
                    + "','status':'completed'},"
                    + "{'type':'compaction','id':'cmp_68af','encrypted_content':'gAAA'}]"));
  }

  @Test
  void sealedReasoningGoesWithoutOurIdAndOpenReasoningWithIt() {
    String sealed =
        "{'type':'reasoning','id':'rs" + OURS + "','summary':[],'encrypted_content':'gAAA'}";
    String open =
        "{'type':'reasoning','id':'rs"
            + OURS
            + "','summary':[],'encrypted_content':null,'content':[{'type':'reasoning_text','text':'t'}]}";

    assertThat(input(sealed))
        .isEqualTo(list("[{'type':'reasoning','summary':[],'encrypted_content':'gAAA'}]"));
    assertThat(input(open))
        .isEqualTo(
            list(
                "[{'type':'reasoning','id':'rs"
                    + OURS
                    + "','summary':[],'content':[{'type':'reasoning_text','text':'t'}]}]"));
  }

  @Test
  void reasoningThatHoldsNothingUsableIsLeftOut() {
    assertThat(
            input(
                "{'type':'reasoning','id':'rs_1','summary':[{'type':'summary_text','text':'s'}]},"
                    + "{'role':'user','content':'b'}"))
        .isEqualTo(list("[{'role':'user','content':'b','type':'message'}]"));
  }

  @Test
  void aCompactionSendsTheConversationAndLittleElse() {
    JsonObject sent =
        Json.objectOrEmpty(
            ResponsesRequestBody.of(
                TestingCalls.call(
                    Endpoint.COMPACTIONS,
                    json("{'input':'x','instructions':'i','store':true,'tools':[],'stream':true}")),
                TestingCalls.responses()));

    assertThat(sent.members()).containsOnlyKeys("model", "input", "instructions");
    assertThat(sent.text("model")).contains("theirs");
  }

  @Test
  void messagesOfEveryRoleBecomeItems() {
    assertThat(
            ofChat(
                "{'role':'system','content':'s'},{'role':'developer','content':[{'type':'text','text':'d'}]},"
                    + "{'role':'user','name':'bob','content':[{'type':'text','text':'u'},"
                    + "{'type':'image_url','image_url':{'url':'https://x'}},"
                    + "{'type':'file','file':{'filename':'a.pdf','file_data':'data:x'}}]},"
                    + "{'role':'assistant','content':'a','refusal':'r'}"))
        .isEqualTo(
            list(
                "[{'type':'message','role':'system','content':'s'},"
                    + "{'type':'message','role':'developer','content':[{'type':'input_text','text':'d'}]},"
                    + "{'type':'message','role':'user','content':[{'type':'input_text','text':'u'},"
                    + "{'type':'input_image','image_url':'https://x','detail':'auto'},"
                    + "{'type':'input_file','filename':'a.pdf','file_data':'data:x'}]},"
                    + "{'type':'message','role':'assistant','content':["
                    + "{'type':'output_text','text':'a','annotations':[]},{'type':'refusal','refusal':'r'}]}]"));
  }

  @Test
  void callsAndTheirOutputsKeepTheirIdsAndKinds() {
    assertThat(
            ofChat(
                "{'role':'assistant','content':null,'tool_calls':["
                    + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}},"
                    + "{'id':'c2','type':'custom','custom':{'name':'g','input':'i'}}]},"
                    + "{'role':'tool','tool_call_id':'c1','content':'1'},"
                    + "{'role':'tool','tool_call_id':'c2','content':[{'type':'text','text':'2'}]}"))
        .isEqualTo(
            list(
                "[{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                    + "{'type':'custom_tool_call','call_id':'c2','name':'g','input':'i'},"
                    + "{'type':'function_call_output','call_id':'c1','output':'1'},"
                    + "{'type':'custom_tool_call_output','call_id':'c2','output':[{'type':'input_text','text':'2'}]}]"));
  }

  @Test
  void theFormBeforeToolsGetsIdsThatMatch() {
    JsonObject sent =
        chat(
            "{'messages':[{'role':'assistant','content':null,'function_call':{'name':'f','arguments':'{}'}},"
                + "{'role':'function','name':'f','content':'1'}],"
                + "'functions':[{'name':'f','parameters':{'type':'object'}}],'function_call':{'name':'f'}}");

    assertThat(sent.items("input"))
        .isEqualTo(
            list(
                "[{'type':'function_call','call_id':'call_0','name':'f','arguments':'{}'},"
                    + "{'type':'function_call_output','call_id':'call_0','output':'1'}]"));
    assertThat(sent.get("tool_choice")).isEqualTo(json("{'type':'function','name':'f'}"));
    assertThat(sent.get("parallel_tool_calls")).isEqualTo(JsonValue.of(false));
  }

  @Test
  void toolsAreFlatAndNotStrictUnlessTheClientSaidSo() {
    assertThat(
            chat("{'messages':[],'tools':[{'type':'function','function':{'name':'f'}},"
                    + "{'type':'function','function':{'name':'g','strict':true,'parameters':{}}},"
                    + "{'type':'custom','custom':{'name':'h','format':{'type':'grammar','grammar':{'syntax':'lark','definition':'d'}}}}]}")
                .items("tools"))
        .isEqualTo(
            list(
                "[{'type':'function','name':'f','description':null,'parameters':null,'strict':false},"
                    + "{'type':'function','name':'g','description':null,'parameters':{},'strict':true},"
                    + "{'type':'custom','name':'h','format':{'type':'grammar','syntax':'lark','definition':'d'}}]"));
  }

  @Test
  void allowedToolsAreFlat() {
    assertThat(
            chat("{'messages':[],'tools':[{'type':'function','function':{'name':'f'}}],"
                    + "'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'required',"
                    + "'tools':[{'type':'function','function':{'name':'f'}}]}}}")
                .get("tool_choice"))
        .isEqualTo(
            json(
                "{'type':'allowed_tools','mode':'required','tools':[{'type':'function','name':'f'}]}"));
  }

  @Test
  void optionsGetTheirResponsesNames() {
    assertThat(
            chat(
                "{'messages':[],'max_tokens':5,'temperature':0.50,'presence_penalty':0,'frequency_penalty':0.1,"
                    + "'reasoning_effort':'low','verbosity':'high','logprobs':true,'top_logprobs':2,'seed':7,"
                    + "'user':'u','n':1,'stop':null,'store':true,'metadata':{'a':'b'},'service_tier':'auto',"
                    + "'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':{},'strict':true}},"
                    + "'modalities':['text'],'stream':true,'stream_options':{'include_usage':true}}"))
        .isEqualTo(
            json(
                "{'model':'theirs','input':[],'store':false,'stream':true,'temperature':0.50,'top_logprobs':2,"
                    + "'frequency_penalty':0.1,'max_output_tokens':5,'user':'u','reasoning':{'effort':'low'},"
                    + "'text':{'format':{'type':'json_schema','name':'n','schema':{},'strict':true},'verbosity':'high'},"
                    + "'include':['message.output_text.logprobs']}"));
    assertThat(
            chat("{'messages':[],'max_completion_tokens':50,'max_tokens':5}")
                .number("max_output_tokens"))
        .contains(50L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'messages':[],'n':2}                            | n
          {'messages':[],'stop':'x'}                       | stop
          {'messages':[],'stop':['x']}                     | stop
          {'messages':[],'logit_bias':{'1':2}}             | logit_bias
          {'messages':[],'modalities':['text','audio']}    | modalities
          {'messages':[],'audio':{'voice':'x'}}            | audio
          {'messages':[],'web_search_options':{}}          | web_search_options
          {'messages':[{'role':'user','content':[{'type':'text','text':'a'},{'type':'input_audio'}]}]} | messages[0].content[1].type
          {'messages':[{'role':'assistant','audio':{'id':'x'}}]}                                       | messages[0].audio
          {'messages':[{'role':'assistant','content':[{'type':'image_url'}]}]}                         | messages[0].content[0].type
          """)
  void whatResponsesCannotExpressIsRefusedWithItsPlace(String request, String param) {
    UntranslatableException thrown =
        catchThrowableOfType(UntranslatableException.class, () -> chat(request));

    assertThat(thrown.param()).isEqualTo(param);
    assertThat(thrown.message()).endsWith(" is not available with this model.");
  }

  private static List<JsonValue> ofChat(String messages) {
    return chat("{'messages':[" + messages + "]}").items("input");
  }

  private static JsonObject chat(String request) {
    return Json.objectOrEmpty(
        ResponsesRequestBody.of(
            TestingCalls.call(Endpoint.CHAT_COMPLETIONS, json(request)), TestingCalls.responses()));
  }

  private static List<JsonValue> input(String items) {
    return responses("{'input':[" + items + "]}").items("input");
  }

  private static JsonObject responses(String request) {
    return Json.objectOrEmpty(
        ResponsesRequestBody.of(
            TestingCalls.call(Endpoint.RESPONSES, json(request)), TestingCalls.responses()));
  }

  private static List<JsonValue> list(String array) {
    return json("{'list':" + array + "}").items("list");
  }
}
