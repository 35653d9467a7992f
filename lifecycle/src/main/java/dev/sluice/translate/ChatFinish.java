package dev.sluice.translate;

import dev.sluice.request.Outcome;
import java.util.Collection;
import java.util.Locale;

/// What the finish reasons of a chat completion mean.
public final class ChatFinish {

  private ChatFinish() {}

  /// The outcome of an answer whose choices ended so. One failed choice fails the answer, one cut
  /// choice makes it incomplete; a word that nobody knows ended by itself.
  public static Outcome outcome(Collection<String> finishReasons) {
    Outcome worst = Outcome.COMPLETED;
    for (String reason : finishReasons) {
      Outcome outcome = outcome(reason);
      worst = outcome.compareTo(worst) > 0 ? outcome : worst;
    }
    return worst;
  }

  private static Outcome outcome(String finishReason) {
    return switch (finishReason.toLowerCase(Locale.ROOT)) {
      case "length", "max_tokens", "content_filter" -> Outcome.INCOMPLETE;
      case "error", "abort" -> Outcome.FAILED;
      default -> Outcome.COMPLETED;
    };
  }
}
