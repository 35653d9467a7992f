package dev.sluice.infra;

import software.amazon.awscdk.services.logs.RetentionDays;

/// Days that CloudWatch keeps logs for, of which it knows only some.
final class LogRetention {

  private LogRetention() {}

  /// @throws IllegalArgumentException for a number of days that CloudWatch does not know
  static RetentionDays of(int days) {
    return switch (days) {
      case 1 -> RetentionDays.ONE_DAY;
      case 3 -> RetentionDays.THREE_DAYS;
      case 7 -> RetentionDays.ONE_WEEK;
      case 14 -> RetentionDays.TWO_WEEKS;
      case 30 -> RetentionDays.ONE_MONTH;
      case 90 -> RetentionDays.THREE_MONTHS;
      case 180 -> RetentionDays.SIX_MONTHS;
      case 365 -> RetentionDays.ONE_YEAR;
      default ->
          throw new IllegalArgumentException(
              "log-retention-days is 1, 3, 7, 14, 30, 90, 180 or 365, not " + days);
    };
  }
}
