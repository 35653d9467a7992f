package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class EventFramesTest {

  private static final JsonObject HALF =
      JsonObject.builder().put("delta", "x".repeat(8 * 1024 * 1024 - 200)).build();

  @Test
  void aLogHoldsEveryFrameUpToItsLimit() {
    EventFrames frames = EventFrames.logged();

    frames.add("a", HALF);
    frames.add("b", HALF);

    EventLog log = Objects.requireNonNull(frames.log());
    assertThat(log.after(0)).containsExactly(frames.take().getLast());
  }

  @Test
  void framesBeyondTheLimitAreSentWithoutALog() {
    EventFrames frames = EventFrames.logged();

    frames.add("a", HALF);
    frames.add("b", HALF);
    frames.add("c", HALF);
    frames.add("d", JsonObject.EMPTY);

    assertThat(frames.log()).isNull();
    assertThat(frames.take()).hasSize(4);
    assertThat(frames.next()).isEqualTo(4);
  }
}
