package dev.sluice.gateway.api;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/// What the API function does before its snapshot.
final class ApiPrimingTest {

  @Test
  void thePrimingGoesTheWholeWayWithoutAFault() {
    assertThatCode(() -> new ApiPriming().prime()).doesNotThrowAnyException();
  }
}
