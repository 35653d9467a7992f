package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.NonRetriableStatus;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.translate.TestingStreams.Told;
import dev.sluice.translate.Translation.Answer;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseStreamTest {

  private static final String REQUEST = "{\"model\":\"alias\",\"input\":\"Hi\"}";
  private static final String CHUNK =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n";
  private static final String FINISH =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  private static final String DONE = "data: [DONE]\n\n";
  private static final JsonObject LOST =
      TestingStreams.object(
          """
          {"message":"Not recorded.","type":"server_error","param":null,
           "code":"response_not_yet_recorded","request_id":"r"}\
          """);

  @Test
  void onlyTheLastEventWaitsForTheRecordOfAWholeAnswer() {
    AnswerStream stream = TestingStreams.overChat(REQUEST).stream(TestingStreams.EVENT_BYTES);

    assertThat(stream.open()).hasSize(2);
    assertThat(stream.feed(utf8(CHUNK + FINISH + DONE))).hasSize(6);
    assertThat(stream.isOver()).isTrue();
    assertThat(stream.end(TestingStreams.ENDED).last()).hasSize(1);
  }

  @Test
  void anErrorInPlaceOfTheLastEventsHasTheirNumber() {
    AnswerStream stream = TestingStreams.overChat(REQUEST).stream(TestingStreams.EVENT_BYTES);
    int sent = stream.open().size() + stream.feed(utf8(CHUNK + FINISH)).size();
    var _ = stream.end(TestingStreams.ENDED);

    assertThat(new String(stream.errorFrame(LOST), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            event: error
            data: {"type":"error","sequence_number":%d,"code":"response_not_yet_recorded",\
            "message":"Not recorded.","param":null,"error":{"message":"Not recorded.",\
            "type":"server_error","param":null,"code":"response_not_yet_recorded",\
            "request_id":"r"}}

            """
                .formatted(sent));
  }

  @Test
  void whatIsNotStoredHasNoEventLog() {
    Translation translation =
        new ResponsesOverChat(TestingStreams.call(REQUEST, false), new byte[0]);

    Told told = TestingStreams.stream(translation, CHUNK + FINISH + DONE);

    assertThat(told.ending().events()).isNull();
    assertThat(told.ending().outcome()).isEqualTo(Outcome.COMPLETED);
  }

  @Test
  void theInstantOfTheEndIsTheOneOfTheResponse() {
    Told told = TestingStreams.stream(TestingStreams.overChat(REQUEST), CHUNK + FINISH);

    assertThat(told.response().number("completed_at"))
        .hasValue(TestingStreams.ENDED.getEpochSecond());
    assertThat(told.ending().at()).isEqualTo(TestingStreams.ENDED);
  }

  @Test
  void aFailureOfTheConnectionKeepsItsReasonUnlessTheStreamWasCut() {
    assertThat(broken(CHUNK, new TimedOut("idle"))).isEqualTo(new TimedOut("idle"));
    assertThat(broken(CHUNK, new NetworkError("reset", "x"))).isEqualTo(new TruncatedStream());
    assertThat(broken(CHUNK + FINISH, new TimedOut("idle"))).isEqualTo(new TimedOut("idle"));
    assertThat(broken(CHUNK + FINISH + DONE, new TimedOut("idle"))).isNull();
  }

  private static @Nullable FailureReason broken(String bytes, FailureReason reason) {
    return TestingStreams.stream(
            TestingStreams.overChat(REQUEST),
            List.of(utf8(bytes)),
            stream -> stream.broken(reason, TestingStreams.ENDED))
        .ending()
        .failure();
  }

  @Test
  void anEventThatIsTooLargeIsAFailure() {
    AnswerStream stream = TestingStreams.overChat(REQUEST).stream(100);
    var _ = stream.open();
    var _ = stream.feed(utf8("data: {\"choices\":[{\"x\":\"" + "y".repeat(200)));

    assertThat(stream.isOver()).isTrue();
    assertThat(stream.end(TestingStreams.ENDED).failure())
        .isEqualTo(new NetworkError("too_large", "One event of the stream is too large."));
  }

  @Test
  void anErrorOfTheUpstreamIsToldByItsStatusAndKept() {
    String error = "{\"error\":{\"message\":\"Too long\",\"code\":\"context_length_exceeded\"}}";

    Told told =
        TestingStreams.stream(TestingStreams.overChat(REQUEST), CHUNK + "data: " + error + "\n\n");

    assertThat(told.ending().failure()).isEqualTo(new NonRetriableStatus(400, error));
    assertThat(new String(Objects.requireNonNull(told.ending().error()), StandardCharsets.UTF_8))
        .isEqualTo(error);
    assertThat(told.response().object("error"))
        .hasValue(
            TestingStreams.object(
                "{\"code\":\"context_length_exceeded\",\"message\":\"Too long\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Sorry"}}} | 502
          {"type":"response.failed","response":{"status":"failed","error":{"code":500,"message":"Sorry"}}}            | 500
          {"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"Sorry"}}} | 429
          {"type":"response.completed","response":{"status":"failed","error":{"code":503,"message":"Sorry"}}}         | 503
          {"type":"response.error","error":{"code":"400","message":"Sorry"}}                                          | 400
          {"type":"error","code":"invalid_prompt","message":"Sorry","param":null}                                     | 400
          {"type":"error","error":{"type":"invalid_request_error","message":"Sorry"}}                                 | 400
          """)
  void everyErrorOfAResponsesUpstreamIsAFailure(String event, int status) {
    Told told =
        TestingStreams.stream(TestingStreams.overResponses(REQUEST), "data: " + event + "\n\n");

    FailureReason failure = Objects.requireNonNull(told.ending().failure());
    assertThat(
            switch (failure) {
              case RetriableStatus(int found, String _) -> found;
              case NonRetriableStatus(int found, String _) -> found;
              default -> 0;
            })
        .isEqualTo(status);
    assertThat(told.response().object("error").orElseThrow().text("message")).hasValue("Sorry");
    assertThat(StreamRules.check(told.frames())).isEqualTo(told.response());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":null}}",
        "{\"type\":\"response.cancelled\",\"response\":{\"status\":\"cancelled\"}}",
        "{\"type\":\"response.completed\",\"response\":{\"status\":\"cancelled\"}}"
      })
  void anEndWithoutAnAnswerIsACutStream(String event) {
    Told told =
        TestingStreams.stream(TestingStreams.overResponses(REQUEST), "data: " + event + "\n\n");

    assertThat(told.ending().failure()).isEqualTo(new TruncatedStream());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":[{\"finish_reason\":\"stop\"}]}",
        "{\"choices\":[{\"finish_reason\":null,\"message\":{\"content\":\"Hi\"}}]}",
        "{\"choices\":[{\"finish_reason\":\"error\",\"message\":{\"content\":\"Hi\"}}]}",
        "{\"choices\":[{\"finish_reason\":\"tool_calls\",\"message\":"
            + "{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"arguments\":\"{}\"}}]}}]}",
        "{\"object\":\"response\",\"status\":\"completed\"}",
        "{\"object\":\"response\",\"output\":[]}",
        "{\"object\":\"response\",\"status\":\"failed\",\"output\":[]}",
        "{\"object\":\"response\",\"status\":\"in_progress\",\"output\":[]}"
      })
  void whatIsNoWholeAnswerIsInvalid(String answer) {
    for (Translation translation :
        List.of(TestingStreams.overChat(REQUEST), TestingStreams.overResponses(REQUEST))) {
      assertThat(translation.read(TestingStreams.document(answer), TestingStreams.ENDED))
          .isInstanceOf(Answer.Invalid.class);
    }
  }

  @Test
  void aBareResponseGetsEveryKeyAndOurOwnFacts() {
    Answer.Sound answer =
        (Answer.Sound)
            TestingStreams.overResponses("{\"model\":\"alias\",\"input\":\"Hi\",\"user\":\"u\"}")
                .read(
                    TestingStreams.document(
                        """
                        {"id":"resp_theirs","status":"completed","model":"theirs","store":false,
                         "service_tier":"scale","output":[{"type":"message","content":[
                           {"type":"output_text","text":"Hi"}]}],
                         "usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}\
                        """),
                    TestingStreams.ENDED);

    JsonObject response = TestingStreams.document(answer.body()).object();
    assertThat(answer.usage()).isEqualTo(new Usage(1, 2, 0, 0));
    assertThat(response.text("id")).hasValue(TestingStreams.ID.text());
    assertThat(response.text("model")).hasValue("alias");
    assertThat(response.text("service_tier")).hasValue("default");
    assertThat(response.isTrue("store")).isTrue();
    assertThat(response.members())
        .containsOnlyKeys(
            new ResponseDraft(
                    TestingStreams.call(REQUEST).request(),
                    ResponsesParameters.of(JsonObject.EMPTY))
                .inProgress()
                .members()
                .keySet());
    assertThat(response.items("output"))
        .containsExactly(
            TestingStreams.object(
                """
                {"id":"%s","type":"message","status":"completed","role":"assistant","content":[
                  {"type":"output_text","text":"Hi","annotations":[],"logprobs":[]}]}\
                """
                    .formatted(TestingStreams.IDS.message(0))));
  }

  @Test
  void whatAnUpstreamSaysBeyondTheStandardStaysAndItsNullsDoNot() {
    Answer.Sound answer =
        (Answer.Sound)
            TestingStreams.overResponses(REQUEST)
                .read(
                    TestingStreams.document(
                        """
                        {"status":"completed","output":[
                          {"type":"message","id":"m","phase":"final_answer","content":[]},
                          {"type":"reasoning","id":"r","encrypted_content":null,"summary":[]},
                          {"type":"compaction","id":"c","encrypted_content":"sealed"},
                          {"type":"mcp_call","id":"mcp_1","status":"failed","error":"no"}]}\
                        """),
                    TestingStreams.ENDED);

    JsonObject response = TestingStreams.document(answer.body()).object();
    assertThat(response.items("output"))
        .containsExactly(
            TestingStreams.object(
                """
                {"id":"%s","type":"message","status":"completed","role":"assistant","content":[],
                 "phase":"final_answer"}\
                """
                    .formatted(TestingStreams.IDS.message(0))),
            TestingStreams.object(
                """
                {"id":"%s","type":"reasoning","status":"completed","summary":[],"content":[]}\
                """
                    .formatted(TestingStreams.IDS.reasoning(1))),
            TestingStreams.object(
                """
                {"id":"%s","type":"compaction","encrypted_content":"sealed"}\
                """
                    .formatted(TestingStreams.IDS.compaction(2))),
            TestingStreams.object(
                """
                {"id":"%s","type":"mcp_call","status":"failed","error":"no"}\
                """
                    .formatted(
                        TestingStreams.IDS.of(
                            TestingStreams.object("{\"type\":\"mcp_call\",\"id\":\"mcp_1\"}"),
                            3))));
  }

  @Test
  void aResponseThatStillRunsHasNoReplay() {
    JsonObject running =
        new ResponseDraft(
                TestingStreams.call(REQUEST).request(), ResponsesParameters.of(JsonObject.EMPTY))
            .inProgress();

    assertThatThrownBy(() -> ResponseReplay.frames(running))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in_progress");
  }

  @Test
  void aCanceledResponseIsReplayedToItsEnd() {
    JsonObject canceled =
        new ResponseDraft(
                TestingStreams.call(REQUEST).request(), ResponsesParameters.of(JsonObject.EMPTY))
            .inProgress().toBuilder().put("status", "cancelled").build();

    assertThat(StreamRules.check(ResponseReplay.frames(canceled))).isEqualTo(canceled);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
