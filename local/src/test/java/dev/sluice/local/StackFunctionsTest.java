package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class StackFunctionsTest {

  @Test
  void oneProcessHasAPoolAndKeepsItsConnections() {
    assertThat(StackFunctions.inOneProcess(Map.of("sluice.id-key", "k")))
        .isEqualTo(
            Map.of(
                "sluice.id-key",
                "k",
                "sluice.database.pool-size",
                8,
                "sluice.keep-connections",
                true));
  }

  @Test
  void whatIsSetAlreadyWins() {
    Map<String, Object> set =
        Map.of("sluice.database.pool-size", "1", "sluice.keep-connections", "false");

    assertThat(StackFunctions.inOneProcess(set)).isEqualTo(set);
  }
}
