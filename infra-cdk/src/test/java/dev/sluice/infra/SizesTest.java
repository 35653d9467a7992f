package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SizesTest {

  @ParameterizedTest
  @EnumSource
  void aFifthOfAllConnectionsStaysFree(Profile profile) {
    Sizes sizes = Sizes.of(profile);

    int planned =
        sizes.completions().maxConcurrency() * sizes.completion().pool()
            + sizes.daemon().reserved() * sizes.daemon().pool()
            + sizes.database().gatewayConnections();

    assertThat(planned).isLessThanOrEqualTo(sizes.database().maxConnections() * 8 / 10);
  }

  @ParameterizedTest
  @EnumSource
  void aMessageIsHiddenUntilItsBatchMayHaveBeenTriedSixTimes(Profile profile) {
    Sizes sizes = Sizes.of(profile);

    assertThat(sizes.completions().visibility(sizes.completion()))
        .isEqualTo(Duration.ofSeconds(365));
    assertThat(sizes.wakes().visibility(sizes.daemon())).isEqualTo(Duration.ofSeconds(5_405));
  }

  @Test
  void onlySomeNumbersOfDaysAreKnown() {
    assertThatThrownBy(() -> LogRetention.of(8))
        .hasMessage("log-retention-days is 1, 3, 7, 14, 30, 90, 180 or 365, not 8");
  }
}
