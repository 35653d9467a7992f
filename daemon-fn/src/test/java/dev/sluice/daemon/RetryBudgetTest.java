package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.upstream.Model;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RetryBudgetTest {

  private static final Model MODEL = TestingModels.model("m", 10, "first", "second");

  private final RetryBudget budget = new RetryBudget();

  @Test
  void aTotalOutageCostsATenthOfTheCallsAndTen() {
    int retries = 0;
    for (int call = 0; call < 5_000; call++) {
      budget.firstCall(MODEL);
      while (budget.left(MODEL) > 0) {
        budget.retryCall(MODEL);
        retries++;
      }
    }

    assertThat(retries).isEqualTo(10 + 500);
  }

  @Test
  void anUpstreamThatIsBackGetsItsOldWorkInDoublingPortions() {
    takeAll();
    times(10, () -> budget.firstCall(MODEL));

    int[] portions =
        IntStream.range(0, 9)
            .map(_ -> {
              int portion = takeAll();
              times(portion, () -> budget.retrySucceeded(MODEL));
              return portion;
            })
            .toArray();

    assertThat(portions).containsExactly(1, 2, 4, 8, 16, 32, 64, 100, 100);
  }

  @Test
  void nothingIsSavedBeyondAHundred() {
    times(5_000, () -> budget.firstCall(MODEL));

    assertThat(budget.left(MODEL)).isEqualTo(100);
    assertThat(takeAll()).isEqualTo(100);
  }

  @Test
  void modelsOfOneFirstUpstreamShareItsBudget() {
    Model sibling = TestingModels.model("n", 10, "first");
    Model other = TestingModels.model("o", 10, "second", "first");

    takeAll();

    assertThat(budget.left(sibling)).isZero();
    assertThat(budget.left(other)).isEqualTo(10);
  }

  /// A claim may give more than one model was to get; then the others wait.
  @Test
  void whatWasOverdrawnIsEarnedFirst() {
    times(12, () -> budget.retryCall(MODEL));
    assertThat(budget.left(MODEL)).isZero();

    times(29, () -> budget.firstCall(MODEL));
    assertThat(budget.left(MODEL)).isZero();
    budget.firstCall(MODEL);
    assertThat(budget.left(MODEL)).isEqualTo(1);
  }

  private int takeAll() {
    int taken = budget.left(MODEL);
    times(taken, () -> budget.retryCall(MODEL));
    return taken;
  }

  private static void times(int count, Runnable action) {
    for (int i = 0; i < count; i++) {
      action.run();
    }
  }
}
