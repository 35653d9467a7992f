package dev.sluice.completion;

import dev.sluice.request.Endpoint;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One message on the completions queue.
public sealed interface CompletionRecord permits StartedRecord, FinishedRecord {

  int SCHEMA_VERSION = 1;

  Head head();

  /// What both records carry, so that either of them can create the row.
  ///
  /// @param eventId unique per record; a repeat of the same record keeps it
  /// @param occurredAt when the record was made, by the gateway's clock
  /// @param model the alias that the client asked for
  /// @param startedAt when the gateway accepted the request, equal in both records
  /// @param traceId the invocation's trace id, for logs
  /// @param previousId the response that this one continues
  record Head(
      UUID eventId,
      ResponseId requestId,
      UUID accountId,
      String apiKeyId,
      Instant occurredAt,
      Endpoint endpoint,
      String model,
      ServiceTier tier,
      boolean stream,
      boolean background,
      boolean store,
      Instant startedAt,
      String traceId,
      @Nullable ResponseId previousId) {

    public Head {
      if (apiKeyId.isBlank() || model.isBlank()) {
        throw new IllegalArgumentException("A record names its key and its model: " + requestId);
      }
    }

    /// The head of another record of the same request.
    public Head next(UUID nextEventId, Instant at) {
      return new Head(
          nextEventId,
          requestId,
          accountId,
          apiKeyId,
          at,
          endpoint,
          model,
          tier,
          stream,
          background,
          store,
          startedAt,
          traceId,
          previousId);
    }
  }
}
