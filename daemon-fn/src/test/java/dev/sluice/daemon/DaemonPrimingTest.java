package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/// What the daemon does before its snapshot.
final class DaemonPrimingTest {

  @Test
  void thePrimingGoesTheWholeWayWithoutAFault() {
    assertThatCode(() -> new DaemonPriming().prime()).doesNotThrowAnyException();
  }
}
