package dev.sluice.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RuntimeErrorTest {

  @Test
  void trailersFitIntoFourKilobytesWhateverTheMessageIsWrittenIn() {
    RuntimeError error =
        RuntimeError.ofInvocation(new IllegalStateException("\u20ac".repeat(20_000)));

    assertThat(error.trailers()).hasSizeLessThan(4_096);
  }
}
