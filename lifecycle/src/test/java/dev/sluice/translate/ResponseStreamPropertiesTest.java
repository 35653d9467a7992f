package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.Outcome;
import dev.sluice.translate.TestingStreams.Closing;
import dev.sluice.translate.TestingStreams.Told;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What holds for every answer, whatever a model says and however its bytes arrive. Each case names
/// its seed when it fails.
final class ResponseStreamPropertiesTest {

  private static final int CASES = 300;
  private static final Translation OVER_CHAT = TestingStreams.overChat(RandomAnswer.REQUEST);
  private static final Translation OVER_RESPONSES =
      TestingStreams.overResponses(RandomAnswer.REQUEST);

  /// What an upstream may leave out, because something else says the same.
  private static final Set<String> SPARE =
      Set.of(
          "response.created",
          "response.in_progress",
          "response.content_part.added",
          "response.content_part.done",
          "response.output_text.done",
          "response.refusal.done",
          "response.reasoning_text.done",
          "response.function_call_arguments.done",
          "response.custom_tool_call_input.done",
          "response.output_item.done");

  @Test
  void aStreamedAnswerIsTheSameResponseAsAWholeOne() {
    for (long seed = 0; seed < CASES; seed++) {
      Told told = TestingStreams.stream(OVER_CHAT, new RandomAnswer(seed).events().all());

      assertThat(told.response()).as("seed %d", seed).isEqualTo(whole(seed));
      assertThat(StreamRules.check(told.frames())).isEqualTo(told.response());
    }
  }

  @Test
  void theCutsBetweenBytesDoNotMatter() {
    for (long seed = 0; seed < CASES; seed++) {
      Random random = new Random(~seed);
      String chat = new RandomAnswer(seed).events().all();
      String responses = upstream(seed);

      assertThat(
              TestingStreams.stream(OVER_CHAT, cut(chat, random), TestingStreams.CLOSED)
                  .transcript())
          .as("seed %d", seed)
          .isEqualTo(TestingStreams.stream(OVER_CHAT, chat).transcript());
      assertThat(
              TestingStreams.stream(OVER_RESPONSES, cut(responses, random), TestingStreams.CLOSED)
                  .transcript())
          .as("seed %d", seed)
          .isEqualTo(TestingStreams.stream(OVER_RESPONSES, responses).transcript());
    }
  }

  @Test
  void aChatThatEndsBeforeItsFinishIsAFailure() {
    for (long seed = 0; seed < CASES; seed++) {
      Random random = new Random(~seed);
      byte[] before = utf8(String.join("", new RandomAnswer(seed).events().beforeFinish()));
      byte[] cut = Arrays.copyOf(before, random.nextInt(before.length + 1));

      for (Closing closing : closings()) {
        assertFailed(seed, TestingStreams.stream(OVER_CHAT, List.of(cut), closing));
      }
    }
  }

  @Test
  void aResponseThatEndsBeforeItsLastEventIsAFailure() {
    for (long seed = 0; seed < CASES; seed++) {
      Random random = new Random(~seed);
      String upstream = upstream(seed);
      byte[] bytes = utf8(upstream);
      int last = utf8(upstream.substring(0, upstream.lastIndexOf("event: "))).length;
      byte[] cut = Arrays.copyOf(bytes, random.nextInt(last + 1));

      for (Closing closing : closings()) {
        assertFailed(seed, TestingStreams.stream(OVER_RESPONSES, List.of(cut), closing));
      }
    }
  }

  @Test
  void aReplayTellsTheStoredResponseAndCanBeTheAnswerOfAnUpstream() {
    for (long seed = 0; seed < CASES; seed++) {
      JsonObject stored = whole(seed);
      List<byte[]> replay = ResponseReplay.frames(stored);

      assertThat(StreamRules.check(replay)).as("seed %d", seed).isEqualTo(stored);
      Told told = TestingStreams.stream(OVER_RESPONSES, replay, TestingStreams.CLOSED);
      assertThat(told.response()).as("seed %d", seed).isEqualTo(stored);
      assertThat(sound(OVER_RESPONSES, stored)).as("seed %d", seed).isEqualTo(stored);
    }
  }

  @Test
  void eventsThatUpstreamsLeaveOutAreMadeUp() {
    for (long seed = 0; seed < CASES; seed++) {
      Random random = new Random(~seed);
      List<byte[]> frames = new ArrayList<>(ResponseReplay.frames(whole(seed)));
      frames.removeIf(frame -> SPARE.contains(type(frame)) && random.nextInt(3) > 0);

      Told told = TestingStreams.stream(OVER_RESPONSES, frames, TestingStreams.CLOSED);

      assertThat(told.response()).as("seed %d", seed).isEqualTo(whole(seed));
      assertThat(StreamRules.check(told.frames())).isEqualTo(told.response());
    }
  }

  @Test
  void noDisorderOfAnUpstreamReachesTheClient() {
    for (long seed = 0; seed < CASES; seed++) {
      Random random = new Random(~seed);
      List<byte[]> frames = new ArrayList<>(ResponseReplay.frames(whole(seed)));
      frames.addAll(ResponseReplay.frames(whole(seed + 1)));
      Collections.shuffle(frames, random);
      byte[] chat = utf8(new RandomAnswer(seed).events().all());
      for (int i = random.nextInt(20); i > 0; i--) {
        chat[random.nextInt(chat.length)] = (byte) random.nextInt(256);
      }

      Told disordered = TestingStreams.stream(OVER_RESPONSES, frames, TestingStreams.CLOSED);
      Told damaged = TestingStreams.stream(OVER_CHAT, List.of(chat), TestingStreams.CLOSED);

      assertThat(StreamRules.check(disordered.frames())).isEqualTo(disordered.response());
      assertThat(StreamRules.check(damaged.frames())).isEqualTo(damaged.response());
    }
  }

  private static List<Closing> closings() {
    return List.of(
        TestingStreams.CLOSED,
        stream -> stream.broken(new NetworkError("reset", "It broke."), TestingStreams.ENDED),
        stream -> stream.broken(new TimedOut("idle"), TestingStreams.ENDED));
  }

  private static void assertFailed(long seed, Told told) {
    assertThat(told.ending().outcome()).as("seed %d", seed).isEqualTo(Outcome.FAILED);
    assertThat(StreamRules.check(told.frames()).text("status")).hasValue("failed");
    assertThat(told.ending().failure()).isNotNull();
  }

  private static JsonObject whole(long seed) {
    return sound(OVER_CHAT, TestingStreams.document(new RandomAnswer(seed).whole()).object());
  }

  private static JsonObject sound(Translation translation, JsonObject answer) {
    Translation.Answer read =
        translation.read(
            TestingStreams.document(TestingStreams.text(answer)), TestingStreams.ENDED);
    return read instanceof Translation.Answer.Sound sound
        ? TestingStreams.document(sound.body()).object()
        : JsonObject.EMPTY;
  }

  /// An upstream of protocol `responses` that says the same as the chat model.
  private static String upstream(long seed) {
    StringBuilder text = new StringBuilder();
    ResponseReplay.frames(whole(seed))
        .forEach(frame -> text.append(new String(frame, StandardCharsets.UTF_8)));
    return text.toString();
  }

  private static String type(byte[] frame) {
    String text = new String(frame, StandardCharsets.UTF_8);
    return text.substring("event: ".length(), text.indexOf('\n'));
  }

  private static List<byte[]> cut(String text, Random random) {
    byte[] bytes = utf8(text);
    List<byte[]> chunks = new ArrayList<>();
    for (int start = 0; start < bytes.length; ) {
      int end = Math.min(bytes.length, start + 1 + random.nextInt(200));
      chunks.add(Arrays.copyOfRange(bytes, start, end));
      start = end;
    }
    return chunks;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
