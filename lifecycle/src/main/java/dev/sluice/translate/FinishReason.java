package dev.sluice.translate;

import dev.sluice.request.Outcome;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Locale;
import java.util.Optional;

/// What the `finish_reason` of a chat completion's choice means. None at all is a failure: an
/// answer that broke off must never look whole. A word that nobody knows ended by itself.
public enum FinishReason {
  WHOLE(Outcome.COMPLETED),
  MAX_OUTPUT_TOKENS(Outcome.INCOMPLETE),
  CONTENT_FILTER(Outcome.INCOMPLETE),
  BROKEN(Outcome.FAILED);

  private final Outcome outcome;

  FinishReason(Outcome outcome) {
    this.outcome = outcome;
  }

  /// Reads one choice of a chat completion.
  public static FinishReason ofChoice(JsonObject choice) {
    return ofText(choice.text("finish_reason").orElse(""));
  }

  static FinishReason ofText(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "length", "max_tokens" -> MAX_OUTPUT_TOKENS;
      case "content_filter" -> CONTENT_FILTER;
      case "", "error", "abort" -> BROKEN;
      default -> WHOLE;
    };
  }

  /// The worst of all choices; broken when there is none.
  public static FinishReason ofCompletion(JsonObject completion) {
    return completion.items("choices").stream()
        .map(choice -> choice instanceof JsonObject object ? ofChoice(object) : BROKEN)
        .max(Enum::compareTo)
        .orElse(BROKEN);
  }

  public Outcome outcome() {
    return outcome;
  }

  /// The word of `incomplete_details`; empty when the answer was not cut.
  public Optional<String> incompleteReason() {
    return switch (this) {
      case MAX_OUTPUT_TOKENS -> Optional.of("max_output_tokens");
      case CONTENT_FILTER -> Optional.of("content_filter");
      case WHOLE, BROKEN -> Optional.empty();
    };
  }
}
