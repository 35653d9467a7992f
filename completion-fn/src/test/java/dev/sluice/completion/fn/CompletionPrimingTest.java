package dev.sluice.completion.fn;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/// What the completion function does before its snapshot.
final class CompletionPrimingTest {

  @Test
  void thePrimingGoesTheWholeWayWithoutAFault() {
    assertThatCode(() -> new CompletionPriming().prime()).doesNotThrowAnyException();
  }
}
