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

  @ParameterizedTest
  @EnumSource
  void theOneToRelyOnRefusesToBeDeletedByMistake(Profile profile) {
    assertThat(Synthesis.of(profile).assembly().getStacks())
        .hasSize(6)
        .allSatisfy(stack ->
            assertThat(Boolean.TRUE.equals(stack.getTerminationProtection()))
                .as(stack.getStackName())
                .isEqualTo(profile == Profile.PROD));
  }
}
