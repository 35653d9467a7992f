package dev.sluice.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ErrorTextTest {

  private static final String ROCKET = "\uD83D\uDE80";

  @Test
  void aShortTextStaysAsItIs() {
    assertThat(ErrorText.of(("no " + ROCKET).getBytes(UTF_8))).isEqualTo("no " + ROCKET);
  }

  @Test
  void aPairIsNeverCutInTwo() {
    String even = ROCKET.repeat(ErrorText.MAX_LENGTH);
    String odd = "x" + even;

    assertThat(ErrorText.of(even.getBytes(UTF_8)))
        .isEqualTo(ROCKET.repeat(ErrorText.MAX_LENGTH / 2));
    assertThat(ErrorText.of(odd.getBytes(UTF_8)))
        .isEqualTo("x" + ROCKET.repeat(ErrorText.MAX_LENGTH / 2 - 1));
  }

  @Test
  void bytesThatAreNoTextBecomeText() {
    byte[] encodedSurrogate = {'a', 0, (byte) 0xED, (byte) 0xA0, (byte) 0x80, 'b'};

    assertThat(ErrorText.of(encodedSurrogate)).startsWith("a \uFFFD").endsWith("b");
  }
}
