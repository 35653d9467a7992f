package dev.sluice.gateway.errors;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// How long a caller should wait, read from a peer's `Retry-After` (RFC 9110, 10.2.3) and bounded:
/// some clients ignore more than 60 seconds, some sleep for any value.
///
/// The date form counts as not given: it would need the peer's clock.
final class RetryAfter {

  /// When the peer did not say.
  private static final Duration DEFAULT = Duration.ofSeconds(1);

  private static final long MAX_MILLIS = 60_000;
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

  private RetryAfter() {}

  /// The wait, at most 60 seconds; one second when the text is missing or not understood.
  static Duration of(Optional<String> text) {
    return text.map(String::strip)
        .filter(seconds -> SECONDS.matcher(seconds).matches())
        .map(seconds -> new BigDecimal(seconds).movePointRight(3))
        .map(millis -> millis.setScale(0, RoundingMode.CEILING).longValueExact())
        .map(millis -> Duration.ofMillis(Math.min(millis, MAX_MILLIS)))
        .orElse(DEFAULT);
  }

  /// The same error with `retry-after` in whole seconds, rounded up, and `retry-after-ms`.
  static GatewayException on(GatewayException error, Optional<String> text) {
    Duration wait = of(text);
    return error
        .withHeader("retry-after", String.valueOf(wait.plusMillis(999).toSeconds()))
        .withHeader("retry-after-ms", String.valueOf(wait.toMillis()));
  }
}
