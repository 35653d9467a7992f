package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChatOverResponsesTest {

  @Test
  void aResponseBecomesACompletion() {
    Translation.Answer.Sound answer = sound(translation("{'messages':[]}"), TestingResponses.WHOLE);

    assertThat(answer.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(answer.usage()).isEqualTo(new Usage(7, 5, 2, 1));
    assertThat(Json.objectOrEmpty(answer.body()))
        .isEqualTo(
            json(
                "{'id':'"
                    + TestingCalls.ID.text()
                    + "','object':'chat.completion','created':1700000000,"
                    + "'model':'alias','service_tier':'priority','choices':[{'index':0,'message':{"
                    + "'role':'assistant','content':'Hel lo ü','refusal':null,'reasoning_content':'Hm.\\n\\nSo.',"
                    + "'annotations':[{'type':'url_citation','url_citation':{'url':'u','title':'t','start_index':0,'end_index':3}}],"
                    + "'tool_calls':[{'id':'c1','type':'function','function':{'name':'f','arguments':'{\\u0022a\\u0022:1}'}},"
                    + "{'id':'c2','type':'custom','custom':{'name':'g','input':'raw'}}]},"
                    + "'logprobs':{'content':[{'token':'Hel','logprob':-0.5,'bytes':[72],'top_logprobs':[]}],'refusal':null},"
                    + "'finish_reason':'tool_calls'}],'usage':{'prompt_tokens':7,'completion_tokens':5,'total_tokens':12,"
                    + "'prompt_tokens_details':{'cached_tokens':2},'completion_tokens_details':{'reasoning_tokens':1}}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'status':'completed'}                                                       | stop           | COMPLETED
          {'status':'incomplete','incomplete_details':{'reason':'max_output_tokens'}}  | length         | INCOMPLETE
          {'status':'incomplete','incomplete_details':{'reason':'content_filter'}}     | content_filter | INCOMPLETE
          {'status':'incomplete'}                                                      | length         | INCOMPLETE
          """)
  void theFinishReasonTellsHowTheResponseEnded(String status, String reason, Outcome outcome) {
    String response =
        status.replaceFirst(
            "\\{", "{'output':[{'type':'message','content':[{'type':'output_text','text':'a'}]}],");

    Translation.Answer.Sound answer = sound(translation("{'messages':[]}"), response);

    assertThat(answer.outcome()).isEqualTo(outcome);
    assertThat(choice(answer.body()).text("finish_reason")).contains(reason);
  }

  @Test
  void aFailedResponseIsNoCompletion() {
    assertThat(
            translation("{'messages':[]}")
                .read(
                    TestingCalls.document(json("{'status':'failed','output':[]}")),
                    TestingCalls.AT))
        .isInstanceOf(Translation.Answer.Invalid.class);
  }

  @Test
  void aRefusalIsTheRefusalOfTheMessage() {
    Translation.Answer.Sound answer =
        sound(
            translation("{'messages':[]}"),
            "{'status':'completed','output':[{'type':'message','content':[{'type':'refusal','refusal':'No.'}]}]}");

    JsonObject message = choice(answer.body()).object("message").orElseThrow();
    assertThat(message.isAbsent("content")).isTrue();
    assertThat(message.text("refusal")).contains("No.");
  }

  @Test
  void theFormBeforeToolsIsAnsweredInItsOwnForm() {
    JsonObject choice =
        choice(
            sound(
                    translation("{'messages':[],'functions':[{'name':'f'}]}"),
                    "{'status':'completed','output':[{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'}]}")
                .body());

    assertThat(choice.text("finish_reason")).contains("function_call");
    assertThat(choice.object("message").orElseThrow().object("function_call"))
        .contains(json("{'name':'f','arguments':'{}'}"));
  }

  @Test
  void callsOutsideTheAllowedToolsAreNotShown() {
    Translation.Answer.Sound answer =
        sound(
            translation(
                "{'messages':[],'tools':[{'type':'function','function':{'name':'f'}},{'type':'function','function':{'name':'g'}}],"
                    + "'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'auto','tools':[{'type':'function','function':{'name':'g'}}]}}}"),
            "{'status':'completed','output':[{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                + "{'type':'function_call','call_id':'c2','name':'g','arguments':'{}'}]}");

    assertThat(choice(answer.body()).object("message").orElseThrow().items("tool_calls"))
        .containsExactly(
            json("{'id':'c2','type':'function','function':{'name':'g','arguments':'{}'}}"));
  }

  private static JsonObject choice(byte[] completion) {
    JsonValue choice = Json.objectOrEmpty(completion).items("choices").getFirst();
    return (JsonObject) choice;
  }

  private static ChatOverResponses translation(String request) {
    return new ChatOverResponses(
        TestingCalls.call(Endpoint.CHAT_COMPLETIONS, json(request)), TestingCalls.responses());
  }

  private static Translation.Answer.Sound sound(Translation translation, String answer) {
    return (Translation.Answer.Sound)
        translation.read(TestingCalls.document(json(answer)), TestingCalls.AT);
  }
}
