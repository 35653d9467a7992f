package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.request.Endpoint;
import dev.sluice.upstream.ChatTraits;
import dev.sluice.upstream.Upstream.Protocol;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// One sentence per trap of the translation (reference, 6.1).
final class ChatRequestBodyTest {

  private static final ChatTraits OTHER = new ChatTraits("max_tokens", "developer", true, true);

  @Test
  void aStringIsOneMessageOfTheUser() {
    assertThat(chat("{'model':'alias','input':'Hi'}"))
        .isEqualTo(json("{'model':'theirs','messages':[{'role':'user','content':'Hi'}]}"));
  }

  @Test
  void instructionsAreTheFirstMessageInTheRoleThatTheServerKnows() {
    String request = "{'instructions':'Be brief','input':[{'role':'developer','content':'x'}]}";

    assertThat(messages(request))
        .isEqualTo(
            list("[{'role':'system','content':'Be brief'},{'role':'system','content':'x'}]"));
    assertThat(chat(request, OTHER).items("messages"))
        .isEqualTo(
            list("[{'role':'developer','content':'Be brief'},{'role':'developer','content':'x'}]"));
  }

  @Test
  void toolsAreNestedAndStrictOnlyWhenTheClientSaidSo() {
    JsonObject chat =
        chat(
            "{'input':'x','tools':["
                + "{'type':'function','name':'f','description':null,'parameters':{'type':'object'}},"
                + "{'type':'function','name':'g','description':'d','parameters':null,'strict':true}]}");

    assertThat(chat.items("tools"))
        .isEqualTo(
            list(
                "[{'type':'function','function':{'name':'f','parameters':{'type':'object'}}},"
                    + "{'type':'function','function':{'name':'g','description':'d','strict':true}}]"));
  }

  @Test
  void aCustomToolIsAFunctionWhoseDescriptionTellsTheGrammar() {
    JsonObject function =
        ((JsonObject)
                chat("{'input':'x','tools':[{'type':'custom','name':'sql','description':'Runs SQL.',"
                        + "'format':{'type':'grammar','syntax':'lark','definition':'start: S'}}]}")
                    .items("tools")
                    .getFirst())
            .object("function")
            .orElseThrow();

    assertThat(function.text("description"))
        .contains("Runs SQL.\n\nThe input must match this lark grammar:\nstart: S");
    assertThat(function.object("parameters").orElseThrow().items("required"))
        .isEqualTo(list("['input']"));
  }

  @Test
  void onlyAllowedToolsAreSentAndTheModeIsTheChoice() {
    JsonObject chat =
        chat(
            "{'input':'x','parallel_tool_calls':false,"
                + "'tools':[{'type':'function','name':'f'},{'type':'function','name':'g'}],"
                + "'tool_choice':{'type':'allowed_tools','mode':'required','tools':[{'type':'function','name':'g'}]}}");

    assertThat(chat.items("tools"))
        .isEqualTo(list("[{'type':'function','function':{'name':'g'}}]"));
    assertThat(chat.text("tool_choice")).contains("required");
    assertThat(chat.isAbsent("parallel_tool_calls")).isFalse();
  }

  @Test
  void aNamedToolIsNestedWhetherItIsAFunctionOrCustom() {
    for (String type : List.of("function", "custom")) {
      assertThat(
              chat("{'input':'x','tools':[{'type':'"
                      + type
                      + "','name':'f'}],"
                      + "'tool_choice':{'type':'"
                      + type
                      + "','name':'f'}}")
                  .get("tool_choice"))
          .isEqualTo(json("{'type':'function','function':{'name':'f'}}"));
    }
  }

  @Test
  void withoutToolsNeitherAChoiceNorParallelCallsAreSent() {
    JsonObject chat =
        chat("{'input':'x','tools':[],'tool_choice':'none','parallel_tool_calls':true}");

    assertThat(chat.members()).containsOnlyKeys("model", "messages");
  }

  @Test
  void aSchemaIsNestedAndKeepsEveryMember() {
    assertThat(
            chat("{'input':'x','text':{'verbosity':'low','format':{'type':'json_schema','name':'n',"
                    + "'description':'d','schema':{'type':'object'},'strict':true}}}")
                .get("response_format"))
        .isEqualTo(
            json(
                "{'type':'json_schema','json_schema':{'name':'n','description':'d',"
                    + "'schema':{'type':'object'},'strict':true}}"));
    assertThat(
            chat("{'input':'x','text':{'format':{'type':'json_object'}}}").get("response_format"))
        .isEqualTo(json("{'type':'json_object'}"));
    assertThat(chat("{'input':'x','text':{'format':{'type':'text'}}}").has("response_format"))
        .isFalse();
  }

  @Test
  void optionsGetTheirChatNamesAndNumbersKeepTheirSpelling() {
    assertThat(
            chat(
                "{'input':'x','max_output_tokens':100,'temperature':0.70,'top_p':1E-1,'presence_penalty':0.5,"
                    + "'frequency_penalty':null,'top_logprobs':3,'reasoning':{'effort':'high','summary':'auto'},"
                    + "'text':{'verbosity':'low'},'user':'u','safety_identifier':'s','prompt_cache_key':'k',"
                    + "'stream':true}"))
        .isEqualTo(
            json(
                "{'model':'theirs','messages':[{'role':'user','content':'x'}],'user':'u',"
                    + "'safety_identifier':'s','prompt_cache_key':'k','temperature':0.70,'top_p':1E-1,"
                    + "'presence_penalty':0.5,'max_completion_tokens':100,'logprobs':true,'top_logprobs':3,"
                    + "'reasoning_effort':'high','verbosity':'low','stream':true,"
                    + "'stream_options':{'include_usage':true}}"));
    assertThat(chat("{'input':'x','max_output_tokens':100}", OTHER).number("max_tokens"))
        .contains(100L);
  }

  @Test
  void aServerThatCountsAsItGoesIsAskedTo() {
    assertThat(chat("{'input':'x','stream':true}", OTHER).object("stream_options"))
        .contains(json("{'include_usage':true,'continuous_usage_stats':true}"));
    assertThat(chat("{'input':'x'}", OTHER).has("stream_options")).isFalse();
  }

  @Test
  void logprobsAreAskedForByNameToo() {
    JsonObject chat = chat("{'input':'x','include':['message.output_text.logprobs']}");

    assertThat(chat.isTrue("logprobs")).isTrue();
    assertThat(chat.has("top_logprobs")).isFalse();
    assertThat(chat("{'input':'x','top_logprobs':0}").has("logprobs")).isFalse();
  }

  @Test
  void whatTheGatewayHandlesItselfAndWhatNobodyKnowsDoesNotLeak() {
    assertThat(
            chat("{'input':'x','metadata':{'a':'b'},'store':true,'background':false,'service_tier':'auto',"
                    + "'truncation':'auto','include':['reasoning.encrypted_content'],'max_tool_calls':3,"
                    + "'previous_response_id':'resp_1','conversation':null,'x_unknown':1,'prompt':null}")
                .members())
        .containsOnlyKeys("model", "messages");
  }

  @Test
  void aCompactionAsksForASummaryWithoutTools() {
    JsonObject chat =
        Json.objectOrEmpty(
            ChatRequestBody.of(
                TestingCalls.call(
                    Endpoint.COMPACTIONS,
                    json(
                        "{'input':[{'role':'user','content':'a'}],'instructions':'i','tools':[{'type':'web_search'}],"
                            + "'stream':true,'temperature':1}")),
                TestingCalls.chat()));

    assertThat(chat.members()).containsOnlyKeys("model", "messages");
    assertThat(chat.items("messages")).hasSize(3);
    assertThat(((JsonObject) chat.items("messages").getLast()).text("content").orElseThrow())
        .contains("summary");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'input':[{'role':'user','content':[{'type':'input_image','file_id':'f'}]}]}                   | input[0].content[0].file_id
          {'input':[{'role':'user','content':[{'type':'input_image'}]}]}                                 | input[0].content[0].image_url
          {'input':[{'role':'user','content':[{'type':'input_file','file_id':'f'}]}]}                    | input[0].content[0].file_id
          {'input':[{'role':'user','content':'a'},{'role':'user','content':[{'type':'input_file','file_url':'u'}]}]} | input[1].content[0].file_url
          {'input':[{'role':'user','content':[{'type':'input_video','video_url':'u'}]}]}                 | input[0].content[0].type
          {'input':[{'role':'assistant','content':[{'type':'input_image','image_url':'u'}]}]}            | input[0].content[0].type
          {'input':[{'type':'compaction','encrypted_content':'gAAA'}]}                                   | input[0].type
          {'input':[{'type':'computer_call','call_id':'c'}]}                                             | input[0].type
          {'input':[{'type':'reasoning','summary':[]},{'type':'web_search_call'}]}                       | input
          {'input':'x','tools':[{'type':'function','name':'f'},{'type':'web_search'}]}                   | tools[1].type
          {'input':'x','tools':[{'type':'function','name':'f'}],'tool_choice':{'type':'web_search'}}     | tool_choice.type
          {'input':'x','tools':[{'type':'function','name':'f'}],'tool_choice':{'type':'function','name':'g'}} | tool_choice.name
          {'input':'x','tool_choice':'required'}                                                         | tool_choice
          {'input':'x','text':{'format':{'type':'grammar'}}}                                             | text.format.type
          {'input':'x','prompt':{'id':'p'}}                                                              | prompt
          """)
  void whatChatCannotExpressIsRefusedWithItsPlace(String request, String param) {
    UntranslatableException thrown =
        catchThrowableOfType(UntranslatableException.class, () -> chat(request));

    assertThat(thrown.param()).isEqualTo(param);
    assertThat(thrown.message()).endsWith(".");
  }

  @Test
  void theFaultOfAnEarlierTurnIsNotPinnedOnTheClientsOwnItems() {
    JsonObject foreign = json("{'type':'compaction','id':'cmp_9','encrypted_content':'gAAA'}");
    JsonObject video = json("{'role':'user','content':[{'type':'input_video'}]}");
    JsonObject cut =
        json(
            "{'type':'function_call','call_id':'c','name':'f','arguments':'','status':'incomplete'}");
    JsonObject body =
        JsonObject.builder()
            .put("input", new JsonArray(List.of(json("{'id':'cmp_9'}"), cut, video)))
            .build();

    ClientCall inHistory = TestingCalls.call(Endpoint.RESPONSES, body, List.of(foreign));
    ClientCall inPartOfHistory =
        TestingCalls.call(Endpoint.RESPONSES, json("{'input':'Hi'}"), List.of(cut, video));
    ClientCall inOwn =
        TestingCalls.call(
            Endpoint.RESPONSES,
            body,
            List.of(cut, json("{'id':'cmp_9','role':'user','content':'a'}")));

    for (ClientCall call : List.of(inHistory, inPartOfHistory)) {
      assertThat(
              catchThrowableOfType(
                      UntranslatableException.class,
                      () -> ChatRequestBody.of(call, TestingCalls.chat()))
                  .param())
          .isEqualTo("previous_response_id");
    }
    assertThat(
            catchThrowableOfType(
                    UntranslatableException.class,
                    () -> ChatRequestBody.of(inOwn, TestingCalls.chat()))
                .param())
        .isEqualTo("input[2].content[0].type");
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
