package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What README.md says of the deployment is what the code says.
final class DeployReadmeTest {

  @ParameterizedTest
  @EnumSource
  void everyContextValueIsARowOfTheTable(Setting setting) throws IOException {
    assertThat(readme())
        .contains(
            "| `%s` | %s | %s |".formatted(setting.key(), setting.byDefault(), setting.meaning()));
  }

  @Test
  void theTableOfCostsIsThePrintedOne() throws IOException {
    assertThat(readme())
        .as("print it with ./mvnw -q -Pcost -pl infra-cdk")
        .contains(CostReport.markdown());
  }

  @Test
  void thePrintedEstimateIsThatOfTheCalculator() throws IOException {
    CostCalculator calculator = CostCalculator.of(Synthesis.context(Map.of("profile", "dev")));

    assertThat(readme()).contains("MonthlyIdleEstimate = " + calculator.idle());
  }

  private static String readme() throws IOException {
    return Files.readString(Path.of("..", "README.md"));
  }
}
