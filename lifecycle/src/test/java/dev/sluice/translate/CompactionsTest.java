package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CompactionsTest {

  private static final ClientCall CALL =
      TestingCalls.call(
          Endpoint.COMPACTIONS, json("{'model':'alias','input':[{'role':'user','content':'a'}]}"));
  private static final Translation CHAT =
      new CompactionsOverChat(CALL, TestingCalls.chat(), text -> "sealed " + text);
  private static final Translation RESPONSES =
      new CompactionsOverResponses(CALL, TestingCalls.responses());

  @Test
  void theSummaryOfAChatModelIsSealedIntoOneItem() {
    Translation.Answer.Sound answer =
        sound(
            CHAT,
            "{'choices':[{'message':{'content':'All about a.'},'finish_reason':'stop'}],"
                + "'usage':{'prompt_tokens':7,'completion_tokens':3}}");

    assertThat(CHAT.upstreamPath()).isEqualTo("/chat/completions");
    assertThat(answer.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(answer.usage()).isEqualTo(new Usage(7, 3, 0, 0));
    JsonObject body = Json.objectOrEmpty(answer.body());
    assertThat(body.members()).containsOnlyKeys("id", "object", "created_at", "output", "usage");
    assertThat(body.text("id")).contains(TestingCalls.ID.text());
    assertThat(body.text("object")).contains("response.compaction");
    assertThat(body.number("created_at")).contains(1_700_000_000L);
    assertThat(body.object("usage").orElseThrow().number("total_tokens")).contains(10L);
    JsonObject item = (JsonObject) body.items("output").getFirst();
    assertThat(body.items("output")).hasSize(1);
    assertThat(item.text("type")).contains("compaction");
    assertThat(item.text("id").orElseThrow()).startsWith("cmp_");
    assertThat(item.text("encrypted_content")).contains("sealed All about a.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'message':{'content':'All ab'},'finish_reason':'length'}]}",
        "{'choices':[{'message':{'content':'All ab'},'finish_reason':null}]}",
        "{'choices':[{'message':{'content':' '},'finish_reason':'stop'}]}",
        "{'choices':[{'message':{'content':null,'refusal':'No.'},'finish_reason':'stop'}]}",
        "{'choices':[]}",
        "{'id':'x'}"
      })
  void anythingButAWholeSummaryIsNoCompaction(String answer) {
    assertThat(CHAT.read(TestingCalls.document(json(answer)), TestingCalls.AT))
        .isEqualTo(
            new Translation.Answer.Invalid(
                "The model server gave no whole summary of the conversation."));
  }

  @Test
  void theItemsOfAResponsesServerStayAsItMadeThem() {
    Translation.Answer.Sound answer =
        sound(
            RESPONSES,
            "{'id':'resp_theirs','object':'response.compaction','output':["
                + "{'type':'message','role':'user','content':'a'},"
                + "{'type':'compaction','id':'cmp_68af','encrypted_content':'gAAA'}]}");

    assertThat(RESPONSES.upstreamPath()).isEqualTo("/responses/compact");
    JsonObject body = Json.objectOrEmpty(answer.body());
    assertThat(body.text("id")).contains(TestingCalls.ID.text());
    assertThat(body.items("output").getLast())
        .isEqualTo(json("{'type':'compaction','id':'cmp_68af','encrypted_content':'gAAA'}"));
    assertThat(((JsonObject) body.items("output").getFirst()).text("id").orElseThrow())
        .startsWith("msg_");
    assertThat(body.object("usage").orElseThrow().number("input_tokens")).contains(0L);
    assertThat(answer.usage()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'output':[]}", "{'output':[{'type':'message'}]}", "{'output':'x'}"})
  void anAnswerWithoutACompactionIsNone(String answer) {
    assertThat(RESPONSES.read(TestingCalls.document(json(answer)), TestingCalls.AT))
        .isInstanceOf(Translation.Answer.Invalid.class);
  }

  @Test
  void aCompactionIsNeverStreamed() {
    assertThatThrownBy(() -> CHAT.stream(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> RESPONSES.stream(1)).isInstanceOf(IllegalStateException.class);
  }

  private static Translation.Answer.Sound sound(Translation translation, String answer) {
    return (Translation.Answer.Sound)
        translation.read(TestingCalls.document(json(answer)), TestingCalls.AT);
  }
}
