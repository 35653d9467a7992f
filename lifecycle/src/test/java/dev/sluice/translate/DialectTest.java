package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DialectTest {

  @ParameterizedTest
  @ValueSource(strings = {"delta", "done"})
  void rawReasoningHasTheNameOfOpenResponses(String word) {
    JsonObject members =
        JsonObject.builder().put("delta", "\"type\":\"response.reasoning_text.delta\"").build();
    byte[] frame = EventFrames.frame("response.reasoning_text." + word, 3, members);

    assertThat(new String(Dialect.OPEN_RESPONSES.apply(frame), StandardCharsets.UTF_8))
        .isEqualTo(
            new String(
                EventFrames.frame("response.reasoning." + word, 3, members),
                StandardCharsets.UTF_8));
    assertThat(Dialect.OPENAI.apply(frame)).isSameAs(frame);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "response.created",
        "response.reasoning_summary_text.delta",
        "response.output_text.delta",
        "error"
      })
  void allOtherEventsHaveTheSameName(String type) {
    byte[] frame = EventFrames.frame(type, 3, JsonObject.EMPTY);

    assertThat(Dialect.OPEN_RESPONSES.apply(frame)).isSameAs(frame);
  }

  @Test
  void onlyTheHeaderOfOpenResponsesChangesTheWords() {
    assertThat(Dialect.ofHeader(" Open-Responses ")).isEqualTo(Dialect.OPEN_RESPONSES);
    assertThat(Dialect.ofHeader("openai")).isEqualTo(Dialect.OPENAI);
    assertThat(Dialect.ofHeader("")).isEqualTo(Dialect.OPENAI);
  }

  @Test
  void aShortFrameStaysAsItIs() {
    byte[] frame = ": keep-alive\n\n".getBytes(StandardCharsets.US_ASCII);

    assertThat(Dialect.OPEN_RESPONSES.apply(frame)).isSameAs(frame);
  }
}
