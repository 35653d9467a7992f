package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class GrowingPauseTest {

  @Test
  void eachRestIsTwiceTheOneBeforeUpToTheLongest() {
    GrowingPause pause = new GrowingPause(Duration.ofMillis(500));

    assertThat(Stream.generate(pause::next).limit(6).map(Duration::toMillis))
        .containsExactly(50L, 100L, 200L, 400L, 500L, 500L);
  }
}
