package dev.sluice.completion.fn;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/// Settings of the completion function.
///
/// @param answerMargin the part of the function's time that is kept for the answer; what is not
///   written before it is reported and comes back
/// @param timeLimit the function's time when no Lambda context says it
/// @param quarantineAfter deliveries after which a record whose object is missing or wrong is
///   quarantined instead of being waited for
/// @param fullBatch the batch size of the event source: after so many records more are waiting, so
///   the database connection stays for the next batch
@ConfigurationProperties("sluice.completion")
record CompletionConfiguration(
    @Bindable(defaultValue = "5s") Duration answerMargin,
    @Bindable(defaultValue = "60s") Duration timeLimit,
    @Bindable(defaultValue = "10") int quarantineAfter,
    @Bindable(defaultValue = "100") int fullBatch) {

  CompletionConfiguration {
    if (answerMargin.isNegative() || answerMargin.compareTo(timeLimit) >= 0) {
      throw new IllegalArgumentException(
          "sluice.completion.answer-margin is at least zero and below the time limit");
    }
    if (quarantineAfter < 1) {
      throw new IllegalArgumentException("sluice.completion.quarantine-after is at least 1");
    }
    if (fullBatch < 1) {
      throw new IllegalArgumentException("sluice.completion.full-batch is at least 1");
    }
  }
}
