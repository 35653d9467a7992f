package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.infra.NeedsNode.NodeCondition;
import org.junit.jupiter.api.Test;

final class NeedsNodeTest {

  @Test
  void aMachineWithoutNodeSkipsAndSaysSo() {
    assertThat(NodeCondition.result(false).isDisabled()).isTrue();
    assertThat(NodeCondition.result(false).getReason().orElseThrow())
        .contains("NOT tested", "node");
    assertThat(NodeCondition.result(true).isDisabled()).isFalse();
  }

  @Test
  void aProgramThatIsNotThereDoesNotStart() {
    assertThat(NodeCondition.starts("sluice-no-such-program")).isFalse();
  }
}
