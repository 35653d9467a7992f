package dev.sluice.completion;

import dev.sluice.request.Deadline;
import java.util.List;
import java.util.Set;

/// Where records become rows.
public interface CompletionStore {

  /// Writes a batch in one transaction: creates rows, ends rows, and inserts bodies and attempts
  /// that are missing. Any order and any repetition of records makes the same rows. A record that
  /// can never be stored goes to quarantine with its bytes and its neighbours are stored; nothing
  /// is committed unless all that is reported as done is.
  ///
  /// @param deadline when it passes, records not yet written are left undone and reported
  /// @return the positions in `batch` that were not dealt with and must be delivered again
  /// @throws dev.sluice.request.StoreUnavailableException when the whole batch must come back: it
  ///   may have been committed all the same, and a repeat is safe
  Set<Integer> persist(List<Delivery> batch, Deadline deadline);

  /// One record as it was delivered, its bodies fetched, or what is to be quarantined of it.
  sealed interface Delivery {

    /// The message as it was delivered, for quarantine.
    String message();

    /// @param record all bodies are [RecordBody.Inline]
    record Known(String message, CompletionRecord record) implements Delivery {}

    /// A message that can never become a row.
    ///
    /// @param reason a stable snake_case word such as `incomplete_record`
    record Hopeless(String message, String reason) implements Delivery {}
  }
}
