package dev.sluice.call;

import dev.sluice.upstream.UpstreamResult.Answered;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/// How long a model server wants to be left alone (RFC 9110, 10.2.3).
final class RetryAfter {

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,20}(\\.[0-9]{1,9})?");

  /// Nobody waits for longer, whatever a server says.
  private static final BigDecimal MOST_MILLIS = BigDecimal.valueOf(Duration.ofDays(365).toMillis());

  private RetryAfter() {}

  /// Empty when the server did not say, or in no form that is known.
  ///
  /// @param clock a date is relative to; one that has passed means not at all
  static Optional<Duration> of(Answered head, InstantSource clock) {
    return head.header("retry-after").map(String::strip).flatMap(text -> of(text, clock));
  }

  private static Optional<Duration> of(String text, InstantSource clock) {
    if (SECONDS.matcher(text).matches()) {
      BigDecimal millis = new BigDecimal(text).movePointRight(3).setScale(0, RoundingMode.CEILING);
      return Optional.of(Duration.ofMillis(millis.min(MOST_MILLIS).longValueExact()));
    }
    try {
      Instant date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
      Duration wait = Duration.between(clock.instant(), date);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException _) {
      return Optional.empty(); // Backoff alone decides.
    }
  }
}
