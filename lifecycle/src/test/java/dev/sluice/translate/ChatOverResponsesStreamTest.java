package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static dev.sluice.translate.TestingResponses.STREAM;
import static dev.sluice.translate.TestingResponses.WHOLE;
import static dev.sluice.translate.TestingResponses.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.NonRetriableStatus;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class ChatOverResponsesStreamTest {

  private static final Logger LOG = LoggerFactory.getLogger(ChatOverResponsesStreamTest.class);
  private static final int EVENT_BYTES = 1 << 20;

  /// What came out of one stream.
  private record Told(List<String> frames, StreamEnding ending) {

    List<JsonObject> chunks() {
      return frames.stream().map(frame -> json(frame.substring("data: ".length()))).toList();
    }

    List<JsonObject> deltas() {
      return chunks().stream()
          .flatMap(chunk -> chunk.items("choices").stream())
          .flatMap(choice -> ((JsonObject) choice).object("delta").stream())
          .filter(delta -> !delta.members().isEmpty())
          .toList();
    }

    String body() {
      byte[] body = ending.body();
      return body == null ? "" : new String(body, StandardCharsets.UTF_8);
    }
  }

  @Test
  void aStreamIsToldInChunksOfOneCompletion() {
    Told told = tell("{'messages':[],'stream':true}", STREAM);

    assertThat(told.deltas())
        .containsExactly(
            json("{'role':'assistant','content':'','refusal':null}"),
            json("{'reasoning_content':'Hm.'}"),
            json("{'reasoning_content':'\\n\\nSo.'}"),
            json("{'content':'Hel'}"),
            json("{'content':' lo ü'}"),
            json(
                "{'annotations':[{'type':'url_citation','url_citation':{'url':'u','title':'t','start_index':0,'end_index':3}}]}"),
            json(
                "{'tool_calls':[{'index':0,'id':'c1','type':'function','function':{'name':'f','arguments':''}}]}"),
            json(
                "{'tool_calls':[{'index':1,'id':'c2','type':'custom','custom':{'name':'g','input':''}}]}"),
            json("{'tool_calls':[{'index':0,'function':{'arguments':'{\\u0022a\\u0022'}}]}"),
            json("{'tool_calls':[{'index':1,'custom':{'input':'ra'}}]}"),
            json("{'tool_calls':[{'index':0,'function':{'arguments':':1}'}}]}"),
            json("{'tool_calls':[{'index':1,'custom':{'input':'w'}}]}"));
    for (JsonObject chunk : told.chunks()) {
      assertThat(chunk.text("id")).contains(TestingCalls.ID.text());
      assertThat(chunk.text("object")).contains("chat.completion.chunk");
      assertThat(chunk.text("model")).contains("alias");
      assertThat(chunk.number("created")).contains(1_700_000_000L);
      assertThat(chunk.has("usage")).isFalse();
    }
    assertThat(told.frames().getLast()).contains("\"finish_reason\":\"tool_calls\"");
    assertThat(told.ending().outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(told.ending().events()).isNull();
  }

  @Test
  void theStoredStreamIsTheAnswerThatWouldNotHaveBeenStreamed() {
    Told told = tell("{'messages':[],'stream':true}", STREAM);

    assertThat(told.body())
        .isEqualTo(
            new String(
                sound(translation("{'messages':[]}"), WHOLE).body(), StandardCharsets.UTF_8));
    assertThat(told.ending().usage()).isEqualTo(new Usage(7, 5, 2, 1));
    assertThat(told.ending().at()).isEqualTo(TestingCalls.AT);
  }

  @Test
  void theFinishWaitsForTheRecord() {
    AnswerStream stream = translation("{'messages':[],'stream':true}").stream(EVENT_BYTES);
    List<byte[]> before = new ArrayList<>(stream.open());
    before.addAll(stream.feed(bytes(STREAM)));

    StreamEnding ending = stream.end(TestingCalls.AT);

    assertThat(before).noneMatch(frame -> text(frame).contains("\"finish_reason\":\""));
    assertThat(ending.last()).hasSize(1);
  }

  @Test
  void usageIsToldToAClientThatAskedForIt() {
    Told told =
        tell("{'messages':[],'stream':true,'stream_options':{'include_usage':true}}", STREAM);

    assertThat(told.frames().getLast()).contains("\"choices\":[],\"usage\":{\"prompt_tokens\":7,");
    assertThat(told.chunks().subList(0, told.chunks().size() - 1))
        .allMatch(chunk -> chunk.has("usage") && chunk.isAbsent("usage"));
  }

  @Test
  void aServerThatTellsEverythingAtTheEndIsToldAllTheSame() {
    Told told = tell("{'messages':[],'stream':true}", event("completed", "'response':" + WHOLE));

    assertThat(content(told)).isEqualTo("Hel lo ü");
    assertThat(told.body()).isEqualTo(tell("{'messages':[],'stream':true}", STREAM).body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'response.failed','response':{'status':'failed','error':{'code':'rate_limit_exceeded','message':'slow'},'output':[]}} | 429
          {'type':'error','code':'server_error','message':'m','param':null}                                                            | 502
          {'type':'error','error':{'type':'invalid_request_error','message':'m','code':null}}                                          | 400
          """)
  void anErrorAmongTheEventsFailsTheStreamWithItsStatus(String event, int status) {
    Told told =
        tell(
            "{'messages':[],'stream':true}",
            event("output_text.delta", "'output_index':0,'content_index':0,'delta':'Hel'")
                + "data: "
                + event
                + "\n\n");

    assertThat(told.ending().outcome()).isEqualTo(Outcome.FAILED);
    assertThat(told.ending().last()).isEmpty();
    assertThat(
            switch (told.ending().failure()) {
              case RetriableStatus(int given, String _) -> given;
              case NonRetriableStatus(int given, String _) -> given;
              case null, default -> 0;
            })
        .isEqualTo(status);
    assertThat(content(told)).isEqualTo("Hel");
    assertThat(told.body()).contains("\"content\":\"Hel\"").contains("\"finish_reason\":null");
  }

  @Test
  void aFailureBeforeAnyContentStoresTheErrorOfTheServer() {
    Told told =
        tell(
            "{'messages':[],'stream':true}",
            "event: error\ndata: {'type':'error','code':'server_error','message':'m'}\n\n");

    assertThat(told.body()).contains("server_error").doesNotContain("choices");
  }

  @Test
  void aBrokenConnectionKeepsWhatWasReceived() {
    AnswerStream stream = translation("{'messages':[],'stream':true}").stream(EVENT_BYTES);
    assertThat(stream.feed(bytes(STREAM.substring(0, STREAM.indexOf("event: response.completed")))))
        .isNotEmpty();

    StreamEnding ending = stream.broken(new TimedOut("idle"), TestingCalls.AT);

    assertThat(ending.failure()).isEqualTo(new TimedOut("idle"));
    assertThat(ending.last()).isEmpty();
    assertThat(
            Json.objectOrEmpty(ending.body() == null ? new byte[0] : ending.body())
                .items("choices"))
        .hasSize(1);
    assertThat(
            translation("{'messages':[],'stream':true}").stream(EVENT_BYTES)
                .broken(new NetworkError("reset", ""), TestingCalls.AT)
                .failure())
        .isEqualTo(new TruncatedStream());
  }

  @Test
  void anErrorFrameHasTheFormOfChat() {
    assertThat(
            text(
                translation("{'messages':[],'stream':true}").stream(EVENT_BYTES)
                    .errorFrame(json("{'message':'m'}"))))
        .isEqualTo("data: {\"error\":{\"message\":\"m\"}}\n\n");
  }

  @Test
  void anyChunkingGivesTheSameChunks() {
    long seed = System.nanoTime();
    LOG.atInfo().addKeyValue("seed", seed).log("random chunk sizes");
    Random random = new Random(seed);
    Told whole = tell("{'messages':[],'stream':true}", STREAM);

    for (int run = 0; run < 200; run++) {
      int bound = 1 + random.nextInt(run % 4 == 0 ? 4 : 500);
      Told told =
          tell(
              translation("{'messages':[],'stream':true}").stream(EVENT_BYTES),
              bytes(STREAM),
              () -> 1 + random.nextInt(bound));
      assertThat(told.frames()).isEqualTo(whole.frames());
      assertThat(told.body()).isEqualTo(whole.body());
    }
  }

  @Test
  void anyCutBeforeTheEndFails() {
    byte[] stream = bytes(STREAM);
    Told whole = tell("{'messages':[],'stream':true}", STREAM);

    for (int cut = 0; cut < stream.length; cut++) {
      Told told =
          tell(
              translation("{'messages':[],'stream':true}").stream(EVENT_BYTES),
              Arrays.copyOf(stream, cut),
              () -> 4096);
      // The last LF is the second half of a blank line that has not begun: nothing is complete.
      assertThat(told.ending().outcome()).as("cut at %d", cut).isEqualTo(Outcome.FAILED);
      assertThat(told.ending().failure()).isEqualTo(new TruncatedStream());
      assertThat(whole.frames()).startsWith(told.frames().toArray(String[]::new));
    }
  }

  @Test
  void theFormBeforeToolsIsStreamedInItsOwnForm() {
    Told told =
        tell(
            "{'messages':[],'stream':true,'functions':[{'name':'f'}]}",
            event(
                "completed",
                "'response':{'status':'completed','output':["
                    + "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'}]}"));

    assertThat(told.deltas())
        .contains(
            json("{'function_call':{'name':'f','arguments':''}}"),
            json("{'function_call':{'arguments':'{}'}}"));
    assertThat(told.frames().getLast()).contains("\"finish_reason\":\"function_call\"");
  }

  private static String content(Told told) {
    StringBuilder content = new StringBuilder();
    told.deltas().forEach(delta -> delta.text("content").ifPresent(content::append));
    return content.toString();
  }

  private static ChatOverResponses translation(String request) {
    return new ChatOverResponses(
        TestingCalls.call(Endpoint.CHAT_COMPLETIONS, json(request)), TestingCalls.responses());
  }

  private static Translation.Answer.Sound sound(Translation translation, String answer) {
    return (Translation.Answer.Sound)
        translation.read(TestingCalls.document(json(answer)), TestingCalls.AT);
  }

  private static Told tell(String request, String stream) {
    return tell(translation(request).stream(EVENT_BYTES), bytes(stream), () -> 1 << 20);
  }

  private static Told tell(AnswerStream stream, byte[] bytes, IntSupplier sizes) {
    List<byte[]> frames = new ArrayList<>(stream.open());
    for (int at = 0; at < bytes.length && !stream.isOver(); ) {
      int end = Math.min(bytes.length, at + sizes.getAsInt());
      frames.addAll(stream.feed(Arrays.copyOfRange(bytes, at, end)));
      at = end;
    }
    StreamEnding ending = stream.end(TestingCalls.AT);
    frames.addAll(ending.last());
    return new Told(frames.stream().map(ChatOverResponsesStreamTest::text).toList(), ending);
  }

  private static byte[] bytes(String text) {
    return TestingCalls.bytes(text);
  }

  private static String text(byte[] frame) {
    return new String(frame, StandardCharsets.UTF_8);
  }
}
