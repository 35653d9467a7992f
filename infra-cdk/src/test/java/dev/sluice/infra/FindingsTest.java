package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Nothing that the kit warns of, and no finding of the AWS Solutions rules, without a reason.
@NeedsNode
final class FindingsTest {

  @ParameterizedTest
  @EnumSource
  void nothingIsFoundThatHasNoReason(Profile profile) {
    assertThat(Synthesis.of(profile).messages()).isEmpty();
  }
}
