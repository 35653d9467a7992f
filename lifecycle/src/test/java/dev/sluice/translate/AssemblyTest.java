package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Streams that nobody sees grow: what is kept of them is what is kept of a stream that somebody
/// saw, and what the same answer gives when it is not streamed.
final class AssemblyTest {

  private static final int CASES = 300;

  /// A client was told the end of an item before the upstream told all of it; nobody else was.
  private static final Set<String> KNOWS_MORE_UNSEEN = Set.of("responses-reasoning-text-tool");

  /// Reasoning and text in turns: an answer that is not streamed has one of each.
  private static final Set<String> ONLY_TOLD_BY_A_STREAM = Set.of("chat-reasoning-again");

  static Stream<String> cases() throws IOException {
    return GoldenStreamsTest.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theStoredResponseIsTheSameSeenOrUnseen(String name) {
    Translation translation = GoldenStreamsTest.translation(name);

    StreamEnding seen = ending(translation.stream(TestingStreams.EVENT_BYTES), name);
    StreamEnding unseen = ending(translation.assembly(TestingStreams.EVENT_BYTES), name);

    if (!KNOWS_MORE_UNSEEN.contains(name)) {
      assertThat(unseen.body()).isEqualTo(seen.body());
    }
    assertThat(unseen.outcome()).isEqualTo(seen.outcome());
    assertThat(unseen.failure()).isEqualTo(seen.failure());
    assertThat(unseen.usage()).isEqualTo(seen.usage());
    assertThat(unseen.events()).isNull();
    assertThat(unseen.last()).isEmpty();
  }

  /// The chat stream's own completion is the answer of a server that was not asked to stream.
  @ParameterizedTest
  @MethodSource("cases")
  void theStoredResponseIsTheOneOfAnAnswerThatIsNotStreamed(String name) {
    StreamEnding unseen =
        ending(GoldenStreamsTest.translation(name).assembly(TestingStreams.EVENT_BYTES), name);
    if (unseen.outcome() == Outcome.FAILED || ONLY_TOLD_BY_A_STREAM.contains(name)) {
      return; // Failures differ: an answer that is not streamed has none of its text.
    }

    Translation.Answer whole =
        GoldenStreamsTest.translation(name)
            .read(TestingStreams.document(wholeAnswer(name)), TestingStreams.ENDED);

    assertThat(whole).isInstanceOf(Translation.Answer.Sound.class);
    Translation.Answer.Sound sound = (Translation.Answer.Sound) whole;
    assertThat(Json.objectOrEmpty(sound.body())).isEqualTo(Json.objectOrEmpty(bytes(unseen)));
    assertThat(sound.outcome()).isEqualTo(unseen.outcome());
    assertThat(sound.usage()).isEqualTo(unseen.usage());
  }

  private static byte[] wholeAnswer(String name) {
    if (name.startsWith("chat-")) {
      ClientCall call =
          TestingCalls.call(
              Endpoint.CHAT_COMPLETIONS, TestingCalls.json("{'model':'alias','messages':[]}"));
      StreamEnding chat =
          ending(new ChatOverChat(call, TestingCalls.chat()).assembly(1 << 20), name);
      assertThat(chat.outcome()).isNotEqualTo(Outcome.FAILED);
      return bytes(chat);
    }
    List<JsonObject> ends = new ArrayList<>();
    UpstreamEvents events = new UpstreamEvents(1 << 20);
    events.feed(
        GoldenStreamsTest.upstream(name),
        event -> event.object().object("response").ifPresent(ends::add));
    return Json.write(ends.getLast());
  }

  private static byte[] bytes(StreamEnding ending) {
    byte[] body = ending.body();
    return body == null ? new byte[0] : body;
  }

  private static StreamEnding ending(AnswerStream stream, String name) {
    return ending(stream, GoldenStreamsTest.upstream(name));
  }

  private static StreamEnding ending(AnswerStream stream, byte[] upstream) {
    var _ = stream.open();
    var _ = stream.feed(upstream);
    return stream.end(TestingStreams.ENDED);
  }

  @Test
  void randomChatsAreKeptAsIfTheyWereNotStreamed() {
    JsonObject request = TestingStreams.object(RandomAnswer.REQUEST);
    ClientCall call = TestingCalls.call(Endpoint.RESPONSES, request);
    Translation translation =
        new ResponsesOverChat(call, ChatRequestBody.of(call, TestingCalls.chat()));
    for (long seed = 0; seed < CASES; seed++) {
      StreamEnding unseen =
          ending(
              translation.assembly(1 << 20),
              new RandomAnswer(seed).events().all().getBytes(StandardCharsets.UTF_8));

      Translation.Answer whole =
          translation.read(
              TestingStreams.document(new RandomAnswer(seed).whole()), TestingStreams.ENDED);

      assertThat(whole).as("seed %d", seed).isInstanceOf(Translation.Answer.Sound.class);
      assertThat(((Translation.Answer.Sound) whole).body())
          .as("seed %d", seed)
          .isEqualTo(unseen.body());
    }
  }
}
