package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsNode
final class SynthesisTest {

  @ParameterizedTest
  @EnumSource
  void everyProfileHasItsStacks(Profile profile) {
    assertThat(Synthesis.of(profile).templates().keySet())
        .contains(
            "sluice-" + profile.text() + "-network",
            "sluice-" + profile.text() + "-database",
            "sluice-" + profile.text() + "-queues",
            "sluice-" + profile.text() + "-functions");
  }
}
