package dev.sluice.translate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Replays of responses whose streams were opened before their answers were known.
final class ResponseReplayTest {

  private static final JsonObject BEGUN =
      object(
          """
          {"id":"resp_1","completed_at":null,"status":"queued","error":null,"output":[],\
          "temperature":1,"incomplete_details":null,"usage":null,"x_sluice":{"endpoint":"/v1/responses"}}\
          """);
  private static final JsonObject ENDED =
      object(
          """
          {"id":"resp_1","completed_at":7,"status":"completed","error":null,"output":[{"type":"message",\
          "id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hello"}]}],\
          "temperature":0.7,"incomplete_details":null,"usage":{"total_tokens":3},\
          "x_sluice":{"endpoint":"/v1/responses","attempts":[]}}\
          """);

  @Test
  void theOpeningIsTheBeginningOfTheReplayByteForByte() {
    List<String> opening = texts(ResponseReplay.opening(BEGUN));

    List<String> replay = texts(ResponseReplay.frames(BEGUN, ENDED));

    assertThat(opening).hasSize(2).isEqualTo(replay.subList(0, 2));
    assertThat(opening.getFirst()).contains("\"status\":\"in_progress\"", "\"temperature\":1,");
    assertThat(replay.getLast())
        .startsWith("event: response.completed\n")
        .contains("\"temperature\":0.7");
  }

  @Test
  void anOpeningTellsNothingOfTheAnswer() {
    assertThat(texts(ResponseReplay.opening(ENDED)))
        .allSatisfy(frame ->
            assertThat(frame)
                .contains("\"completed_at\":null", "\"output\":[]", "\"usage\":null")
                .doesNotContain("Hello", "attempts"));
  }

  @Test
  void whatStillRunsHasNoReplay() {
    assertThatThrownBy(() -> ResponseReplay.frames(BEGUN, BEGUN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static JsonObject object(String json) {
    return Json.objectOrEmpty(json.getBytes(UTF_8));
  }

  private static List<String> texts(List<byte[]> frames) {
    return frames.stream().map(frame -> new String(frame, UTF_8)).toList();
  }
}
