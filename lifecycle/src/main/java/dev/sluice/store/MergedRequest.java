package dev.sluice.store;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All records of one request and one account in a batch, as the one row they make: a statement may
/// meet a row only once.
///
/// @param finished the first of its kind; the others only add attempts
/// @param attempts of all finished records, in order
record MergedRequest(
    Head head,
    @Nullable FinishedRecord finished,
    RecordBody.@Nullable Inline requestBody,
    RecordBody.@Nullable Inline responseBody,
    RecordBody.@Nullable Inline events,
    List<NumberedAttempt> attempts) {

  MergedRequest {
    attempts = List.copyOf(attempts);
  }

  /// @param number 1 for the first call of a request
  /// @param usage that of the request on its last call, whose answer it got; null on all others
  record NumberedAttempt(
      Head head, int number, FinishedRecord.Attempt attempt, @Nullable Usage usage) {}

  /// One row per id, in the order in which PostgreSQL sorts ids.
  static List<MergedRequest> merge(List<CompletionRecord> records) {
    Map<ResponseId, MergedRequest> merged = new TreeMap<>();
    for (CompletionRecord record : records) {
      MergedRequest one = of(record);
      MergedRequest both = merged.merge(record.head().requestId(), one, MergedRequest::with);
      if (!both.accountId().equals(one.accountId())) {
        throw new IllegalArgumentException("Records of two accounts cannot make one row");
      }
    }
    return List.copyOf(merged.values());
  }

  private static MergedRequest of(CompletionRecord record) {
    return switch (record) {
      case StartedRecord started ->
          new MergedRequest(
              started.head(), null, body(started.head(), started.request()), null, null, List.of());
      case FinishedRecord finished ->
          new MergedRequest(
              finished.head(),
              finished,
              null,
              body(finished.head(), finished.response()),
              body(finished.head(), finished.events()),
              numbered(finished));
    };
  }

  private static RecordBody.@Nullable Inline body(Head head, @Nullable RecordBody body) {
    return switch (body) {
      case null -> null;
      case RecordBody.Inline inline -> head.store() ? inline : null;
      case RecordBody.Elsewhere _ ->
          throw new IllegalArgumentException("A body was not fetched: " + head.requestId());
    };
  }

  private static List<NumberedAttempt> numbered(FinishedRecord finished) {
    List<NumberedAttempt> attempts = new ArrayList<>();
    for (FinishedRecord.Attempt attempt : finished.attempts()) {
      int number = attempts.size() + 1;
      boolean isLast = number == finished.attempts().size();
      attempts.add(
          new NumberedAttempt(finished.head(), number, attempt, isLast ? finished.usage() : null));
    }
    return attempts;
  }

  private MergedRequest with(MergedRequest later) {
    List<NumberedAttempt> all = new ArrayList<>(attempts);
    all.addAll(later.attempts);
    // Body and events belong to the outcome: a second finished record adds none.
    boolean takesLaterOutcome = finished == null;
    return new MergedRequest(
        head,
        takesLaterOutcome ? later.finished : finished,
        requestBody == null ? later.requestBody : requestBody,
        takesLaterOutcome ? later.responseBody : responseBody,
        takesLaterOutcome ? later.events : events,
        all);
  }

  ResponseId id() {
    return head.requestId();
  }

  UUID accountId() {
    return head.accountId();
  }
}
