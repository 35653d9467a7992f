package dev.sluice.request;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Where a gateway puts work for the daemon.
public interface RequestQueue {

  /// Stores a request as pending, with its body, in one transaction. Safe to repeat with the same
  /// id: the second changes nothing.
  ///
  /// @throws StoreUnavailableException when the database cannot be reached or answers too late; the
  ///   request may have been stored all the same
  void enqueue(NewRequest request);

  /// A request that has passed every check.
  ///
  /// @param data its `recordedAt` is not used: the database's clock says it
  /// @param previousId the response that it continues
  /// @param window by which its deadline is after its creation, by the database's clock; null for
  ///   no deadline
  /// @param body as the client wrote it
  /// @param repeatKey under which a repeat of it by the client's SDK is known for
  ///   [IdempotencyStore]; null when the client chose a key itself
  record NewRequest(
      RequestData data,
      String traceId,
      @Nullable ResponseId previousId,
      @Nullable Duration window,
      StoredBody body,
      @Nullable RepeatKey repeatKey) {}

  /// @param key no key of a client: those are of printable ASCII
  /// @param bodyHash lower-case hex of the SHA-256 of the request
  /// @param lifetime for which it stands
  record RepeatKey(String key, String bodyHash, Duration lifetime) {}
}
