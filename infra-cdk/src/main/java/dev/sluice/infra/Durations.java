package dev.sluice.infra;

import software.amazon.awscdk.Duration;

/// Times of the JDK as times of the kit.
final class Durations {

  private Durations() {}

  static Duration of(java.time.Duration duration) {
    return Duration.seconds(duration.toSeconds());
  }
}
