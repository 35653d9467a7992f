package dev.sluice.daemon;

import dev.sluice.upstream.Model;
import java.util.HashMap;
import java.util.Map;

/// How many retries an upstream is still worth, in the memory of one run.
///
/// First calls earn a tenth of a retry each, so that a total outage costs at most 10 % more calls,
/// and a few to begin with. A retry that succeeds earns two: an upstream that is back gets its old
/// work in doubling portions instead of all at once. A model's budget is that of its first
/// upstream, whoever is asked in the end. Safe for use by several threads.
final class RetryBudget {

  private static final int START = 10;
  private static final int MOST = 100;

  /// In tenths of a retry, so that sums are exact.
  private static final int RETRY = 10;

  private static final int FIRST_CALL = 1;
  private static final int SUCCESS = 20;

  private final Map<String, Integer> tenths = new HashMap<>();

  /// How many retries of a model may be begun now.
  synchronized int left(Model model) {
    return Math.max(0, tenths(model) / RETRY);
  }

  /// A request is called for the first time.
  void firstCall(Model model) {
    add(model, FIRST_CALL);
  }

  void retryCall(Model model) {
    add(model, -RETRY);
  }

  void retrySucceeded(Model model) {
    add(model, SUCCESS);
  }

  private synchronized void add(Model model, int change) {
    tenths.put(upstream(model), Math.min(tenths(model) + change, MOST * RETRY));
  }

  private int tenths(Model model) {
    return tenths.getOrDefault(upstream(model), START * RETRY);
  }

  /// The upstream whose budget it is.
  static String upstream(Model model) {
    return model.targets().getFirst().upstream().name();
  }
}
