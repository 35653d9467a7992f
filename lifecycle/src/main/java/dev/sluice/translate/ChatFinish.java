package dev.sluice.translate;

import dev.sluice.request.Outcome;
import java.util.Collection;

/// What the finish reasons of a chat completion mean.
public final class ChatFinish {

  private ChatFinish() {}

  /// The outcome of an answer whose choices ended so. One failed choice fails the answer, one cut
  /// choice makes it incomplete; a word that nobody knows ended by itself.
  public static Outcome outcome(Collection<String> finishReasons) {
    Outcome worst = Outcome.COMPLETED;
    for (String reason : finishReasons) {
      Outcome outcome = FinishReason.ofText(reason).outcome();
      worst = outcome.compareTo(worst) > 0 ? outcome : worst;
    }
    return worst;
  }
}
