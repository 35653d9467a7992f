package dev.sluice.completion.fn;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The answer to the event source: which messages must come back.
///
/// Lambda deletes everything that is not named, and brings everything back when a name is null,
/// empty or unknown (AWS, "Handling errors for an SQS event source"). So this is the only place
/// that makes an answer.
final class BatchResponse {

  private BatchResponse() {}

  /// @param delivered the identifiers of the event
  /// @param failed those to bring back; a repeat is named once
  /// @throws IllegalStateException when one of them cannot be named. The whole batch then comes
  ///   back, which is safe: what was written is not written again
  static SQSBatchResponse of(
      Collection<@Nullable String> delivered, Collection<@Nullable String> failed) {
    Set<@Nullable String> known = new HashSet<>(delivered);
    Set<String> named = new LinkedHashSet<>();
    for (@Nullable String id : failed) {
      if (id == null || id.isBlank() || !known.contains(id)) {
        throw new IllegalStateException("A message without a usable identifier has failed");
      }
      named.add(id);
    }
    return new SQSBatchResponse(named.stream().map(BatchItemFailure::new).toList());
  }
}
