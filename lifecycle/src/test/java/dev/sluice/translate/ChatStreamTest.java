package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The streams under `streams/` follow what OpenAI, vLLM and proxies between them send; each has
/// beside it the completion that it amounts to.
final class ChatStreamTest {

  private static final Logger LOG = LoggerFactory.getLogger(ChatStreamTest.class);
  private static final ChatStream.View VIEW =
      new ChatStream.View("resp_x", "alias", false, 1, "priority");
  private static final int EVENT_BYTES = 1 << 20;
  private static final Instant AT = Instant.parse("2026-11-21T10:00:00Z");

  /// What came out of one stream.
  private record Told(String frames, StreamEnding ending) {

    String completion() {
      byte[] body = ending.body();
      return body == null || Arrays.equals(body, ending.error())
          ? ""
          : new String(body, StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text",
        "two-tool-calls",
        "custom-tool-call",
        "refusal",
        "length",
        "content-filter",
        "error-frame",
        "crlf",
        "carriage-return",
        "multi-line",
        "utf8",
        "several-choices",
        "function-call",
        "not-json",
        "ends-early"
      })
  void theStoredCompletionIsRightHoweverTheBytesArrive(String name) throws IOException {
    byte[] stream = resource(name + ".sse");
    JsonObject expected = Json.objectOrEmpty(resource(name + ".json"));
    long seed = System.nanoTime();
    LOG.atInfo().addKeyValue("seed", seed).log("random chunk sizes");
    Random random = new Random(seed);

    Told whole = tell(stream, () -> stream.length);

    assertThat(whole.ending().outcome().name()).isEqualTo(expected.text("outcome").orElseThrow());
    assertThat(Json.objectOrEmpty(whole.completion().getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(expected.object("completion").orElseThrow());
    FailureReason failure = whole.ending().failure();
    assertThat(failure == null ? "" : failure.label())
        .isEqualTo(expected.text("failure").orElse(""));
    for (int size = 1; size <= 3; size++) {
      int fixed = size;
      assertSame(tell(stream, () -> fixed), whole);
    }
    for (int run = 0; run < 20 * Integer.getInteger("sluice.test.scale", 1); run++) {
      assertSame(tell(stream, () -> 1 + random.nextInt(97)), whole);
    }
    for (int cut = 0; cut <= stream.length; cut++) {
      ChatStream chat = new ChatStream(VIEW, EVENT_BYTES);
      ByteArrayOutputStream frames = new ByteArrayOutputStream();
      chat.feed(Arrays.copyOfRange(stream, 0, cut)).forEach(frames::writeBytes);
      chat.feed(Arrays.copyOfRange(stream, cut, stream.length)).forEach(frames::writeBytes);
      assertSame(new Told(frames.toString(StandardCharsets.UTF_8), chat.end(AT)), whole);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text", "two-tool-calls", "refusal", "length", "crlf", "multi-line", "utf8"})
  void aStreamThatStopsAnywhereIsNeverASilentSuccess(String name) throws IOException {
    byte[] stream = resource(name + ".sse");
    Told whole = tell(stream, () -> stream.length);
    String text = new String(stream, StandardCharsets.ISO_8859_1);
    int finish = text.lastIndexOf("\"finish_reason\":\"");
    int complete = endOfEvent(text, finish);

    for (int cut = 0; cut <= stream.length; cut++) {
      byte[] arrived = Arrays.copyOfRange(stream, 0, cut);
      Told told = tell(arrived, () -> Math.max(1, arrived.length));

      assertThat(whole.frames()).as("cut at %d", cut).startsWith(told.frames());
      if (cut < complete) {
        assertThat(told.ending().outcome()).as("cut at %d", cut).isEqualTo(Outcome.FAILED);
        assertThat(told.ending().failure()).isEqualTo(new TruncatedStream());
      } else {
        assertThat(told.ending().outcome())
            .as("cut at %d", cut)
            .isEqualTo(whole.ending().outcome());
        assertThat(told.ending().failure()).isNull();
      }
    }
  }

  /// Where the blank line that ends the event at this place has arrived.
  private static int endOfEvent(String text, int inside) {
    int lf = text.indexOf("\n\n", inside);
    int crlf = text.indexOf("\r\n\r\n", inside);
    // A lone CR ends a line as well, so the last LF is not waited for.
    return lf >= 0 ? lf + 2 : crlf + 3;
  }

  @Test
  void anAnswerWithoutItsLastChoicesIsTruncated() {
    ChatStream chat =
        new ChatStream(new ChatStream.View("resp_x", "alias", false, 2, "priority"), EVENT_BYTES);
    byte[] first = data("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    assertThat(chat.feed(first)).hasSize(1);

    assertThat(chat.end(AT).failure()).isEqualTo(new TruncatedStream());
  }

  @Test
  void aBrokenConnectionKeepsWhatWasReceivedAndTheReason() {
    ChatStream chat = new ChatStream(VIEW, EVENT_BYTES);
    List<byte[]> frames = chat.feed(data("{\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}"));

    StreamEnding idle = chat.broken(new TimedOut("idle"), AT);

    assertThat(frames).hasSize(1);
    assertThat(idle.failure()).isEqualTo(new TimedOut("idle"));
    assertThat(idle.body()).isNotNull();
    assertThat(
            new ChatStream(VIEW, EVENT_BYTES).broken(new NetworkError("reset", ""), AT).failure())
        .isEqualTo(new TruncatedStream());
  }

  @Test
  void aResetAfterTheEndChangesNothing() throws IOException {
    ChatStream chat = new ChatStream(VIEW, EVENT_BYTES);
    assertThat(chat.feed(resource("text.sse"))).hasSize(5);

    StreamEnding ending = chat.broken(new NetworkError("reset", ""), AT);

    assertThat(ending.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(ending.usage()).isEqualTo(new Usage(12, 7, 4, 2));
  }

  @Test
  void anEventKeepsEveryByteButIdModelAndUnaskedUsage() {
    String chunk =
        """
        {"id":"up","a":1.50,"model":"m","choices":[ {"index":0,"delta":{"content":"\\u00e9\\/"}} ],"usage":null,"z":1E+2}\
        """;

    String unasked = only(new ChatStream(VIEW, EVENT_BYTES).feed(data(chunk)));
    String asked =
        only(
            new ChatStream(new ChatStream.View("resp_x", "alias", true, 1, "priority"), EVENT_BYTES)
                .feed(data(chunk)));

    String tail = ",\"choices\":[ {\"index\":0,\"delta\":{\"content\":\"\\u00e9\\/\"}} ]";
    assertThat(unasked)
        .isEqualTo(
            "data: {\"id\":\"resp_x\",\"a\":1.50,\"model\":\"alias\"" + tail + ",\"z\":1E+2}\n\n");
    assertThat(asked)
        .isEqualTo(
            "data: {\"id\":\"resp_x\",\"a\":1.50,\"model\":\"alias\""
                + tail
                + ",\"usage\":null,\"z\":1E+2}\n\n");
  }

  @Test
  void theUsageChunkReachesOnlyAClientThatAskedForIt() throws IOException {
    ChatStream asked =
        new ChatStream(new ChatStream.View("resp_x", "alias", true, 1, "priority"), EVENT_BYTES);

    List<byte[]> frames = asked.feed(resource("text.sse"));

    assertThat(frames).hasSize(6);
    assertThat(new String(frames.getLast(), StandardCharsets.UTF_8))
        .contains("\"choices\":[],\"usage\":{\"prompt_tokens\":12,");
  }

  @Test
  void countsThatTheClientDidNotAskForReachNoClient() {
    String counted =
        "{\"choices\":[{\"index\":0,\"delta\":{}}],\"usage\":{\"completion_tokens\":1}}";
    String last = "{\"choices\":[],\"usage\":{\"completion_tokens\":2}}";
    ChatStream extra =
        new ChatStream(
            new ChatStream.View("resp_x", "alias", true, true, 1, "priority"), EVENT_BYTES);
    ChatStream own =
        new ChatStream(new ChatStream.View("resp_x", "alias", true, 1, "priority"), EVENT_BYTES);

    assertThat(only(extra.feed(data(counted)))).contains("\"usage\":null");
    assertThat(only(extra.feed(data(last)))).contains("\"completion_tokens\":2");
    assertThat(only(own.feed(data(counted)))).contains("\"completion_tokens\":1");
    assertThat(extra.broken(new TruncatedStream(), AT).usage()).isEqualTo(new Usage(0, 2, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({"get_,weather", "get_,get_weather", "get_weather,get_weather"})
  void aNameInPiecesIsStoredAsAClientReadsIt(String first, String second) {
    String begun =
        "{'choices':[{'delta':{'tool_calls':[{'index':0,'id':'c1','function':{'name':'"
            + first
            + "'}}]}}]}";
    String named =
        "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'"
            + second
            + "','arguments':'{'}}]}}]}";
    String rest =
        "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'late',"
            + "'arguments':'}'}}]},'finish_reason':'tool_calls'}]}";
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (String chunk : List.of(begun, named, rest)) {
      stream.writeBytes(data(chunk.replace('\'', '"')));
    }

    Told told = tell(stream.toByteArray(), stream::size);

    assertThat(told.completion())
        .contains("\"function\":{\"name\":\"get_weather\",\"arguments\":\"{}\"}");
  }

  @Test
  void aChunkWithoutAListOfChoicesReachesNoClientAsItIs() {
    ChatStream asked =
        new ChatStream(new ChatStream.View("resp_x", "alias", true, 1, "priority"), EVENT_BYTES);
    ChatStream broken = new ChatStream(VIEW, EVENT_BYTES);

    assertThat(only(asked.feed(data("{\"choices\":null,\"usage\":{\"prompt_tokens\":1}}"))))
        .contains("\"choices\":[]");
    assertThat(broken.feed(data("{\"choices\":\"x\"}"))).isEmpty();
    assertThat(broken.end(AT).failure()).isEqualTo(new TruncatedStream());
  }

  @Test
  void doneBeforeAnyFinishIsAFailure() {
    ChatStream chat = new ChatStream(VIEW, EVENT_BYTES);
    assertThat(chat.feed(data("{\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}"))).hasSize(1);
    assertThat(chat.feed(data("[DONE]"))).isEmpty();

    assertThat(chat.isOver()).isTrue();
    assertThat(chat.end(AT).failure()).isEqualTo(new TruncatedStream());
  }

  @Test
  void anOversizedEventFailsTheStream() {
    ChatStream chat = new ChatStream(VIEW, 64);

    List<byte[]> frames = chat.feed(data("x".repeat(100)));

    assertThat(frames).isEmpty();
    assertThat(chat.isOver()).isTrue();
    assertThat(chat.end(AT).failure()).isInstanceOf(NetworkError.class);
  }

  @Test
  void aForeignEventBetweenChunksIsLeftOut() {
    ChatStream chat = new ChatStream(VIEW, EVENT_BYTES);

    List<byte[]> frames =
        chat.feed("event: ping\ndata: alive\n\n".getBytes(StandardCharsets.UTF_8));

    assertThat(frames).isEmpty();
    assertThat(chat.isOver()).isFalse();
  }

  private static void assertSame(Told actual, Told expected) {
    assertThat(actual.frames()).isEqualTo(expected.frames());
    assertThat(actual.completion()).isEqualTo(expected.completion());
    assertThat(actual.ending().outcome()).isEqualTo(expected.ending().outcome());
    assertThat(actual.ending().failure()).isEqualTo(expected.ending().failure());
    assertThat(actual.ending().usage()).isEqualTo(expected.ending().usage());
  }

  private static Told tell(byte[] stream, IntSupplier sizes) {
    ChatStream chat = new ChatStream(VIEW, EVENT_BYTES);
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int at = 0; at < stream.length; ) {
      int end = Math.min(stream.length, at + sizes.getAsInt());
      chat.feed(Arrays.copyOfRange(stream, at, end)).forEach(frames::writeBytes);
      at = end;
    }
    return new Told(frames.toString(StandardCharsets.UTF_8), chat.end(AT));
  }

  private static byte[] data(String json) {
    return ("data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String only(List<byte[]> frames) {
    assertThat(frames).hasSize(1);
    return new String(frames.getFirst(), StandardCharsets.UTF_8);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ChatStreamTest.class.getResourceAsStream("streams/" + name), name)) {
      return in.readAllBytes();
    }
  }
}
