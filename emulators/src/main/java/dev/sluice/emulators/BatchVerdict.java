package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which messages of a batch Lambda deletes after an invocation.
///
/// The rules are those of "Reporting batch item failures" in the Lambda guide on SQS.
///
/// @param succeeded ids of the messages to delete, in the order of the batch
/// @param failed ids of the messages that come back when their visibility ends
record BatchVerdict(List<String> succeeded, List<String> failed) {

  BatchVerdict {
    succeeded = List.copyOf(succeeded);
    failed = List.copyOf(failed);
  }

  /// The function threw, or took too long.
  static BatchVerdict failed(List<String> batch) {
    return new BatchVerdict(List.of(), batch);
  }

  /// The function answered: no response or an empty list is a success of all; an identifier that is
  /// null, empty or not of this batch is a failure of all.
  static BatchVerdict of(List<String> batch, @Nullable SQSBatchResponse response) {
    List<BatchItemFailure> failures = response == null ? null : response.getBatchItemFailures();
    if (failures == null || failures.isEmpty()) {
      return new BatchVerdict(batch, List.of());
    }
    Set<String> reported = new HashSet<>();
    for (@Nullable BatchItemFailure failure : failures) {
      String id = failure == null ? null : failure.getItemIdentifier();
      if (id == null || !batch.contains(id)) {
        return failed(batch);
      }
      reported.add(id);
    }
    List<String> succeeded = new ArrayList<>(batch);
    succeeded.removeAll(reported);
    return new BatchVerdict(succeeded, batch.stream().filter(reported::contains).toList());
  }
}
