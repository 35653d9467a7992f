package dev.sluice.request;

import java.util.Arrays;
import java.util.Optional;

/// The tier that is recorded and echoed.
public enum ServiceTier {
  DEFAULT("default"),
  PRIORITY("priority"),
  FLEX("flex"),
  BACKGROUND("background");

  private final String text;

  ServiceTier(String text) {
    this.text = text;
  }

  /// The word in JSON, in records and in the database.
  public String text() {
    return text;
  }

  /// Reads the word of a record or a row.
  public static Optional<ServiceTier> ofText(String text) {
    return Arrays.stream(values()).filter(tier -> tier.text.equals(text)).findFirst();
  }
}
