package dev.sluice.request;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where requests are read, and deleted, by their owner. Every method names the account, and what
/// belongs to another account does not exist for it.
///
/// All methods throw [StoreUnavailableException] when the database cannot be reached or answers too
/// late; reads may be repeated, and so may [#delete].
public interface RequestStore {

  /// The narrow row, tombstones and unstored requests included (see [RequestData#isVisible]).
  Optional<Request> find(UUID accountId, ResponseId id);

  /// What the client sent; empty when the body is not recorded (yet), was not to be stored, or is
  /// deleted.
  Optional<StoredBody> requestBody(UUID accountId, ResponseId id);

  /// What the client got, or the upstream's error body; empty as for [#requestBody].
  Optional<StoredBody> responseBody(UUID accountId, ResponseId id);

  /// The frames of a streamed response (see [dev.sluice.translate.EventLog]); empty when it was not
  /// streamed, and as for [#requestBody].
  Optional<StoredBody> events(UUID accountId, ResponseId id);

  /// A response and all that it continues, visible ones only, with their bodies.
  ///
  /// @param maxTurns at most so many; a longer chain is told without any
  /// @param maxBytes of all bodies as they are without their encoding; of a larger chain none is
  ///   read, and it is told without turns
  Chain chain(UUID accountId, ResponseId head, int maxTurns, long maxBytes);

  /// Visible requests in the order of their ids.
  List<Request> list(UUID accountId, Page page);

  /// The upstream calls of a request, in order.
  List<Attempt> attempts(UUID accountId, ResponseId id);

  /// Makes the row a tombstone and removes its bodies, its events and the idempotency keys that
  /// stand for it, in one transaction; an active row of the daemon lane is canceled in it.
  ///
  /// @return true when this call deleted it, false when there is no such visible row
  boolean delete(UUID accountId, ResponseId id);

  /// Cancels a request that is queued, or that a daemon runs: the row at once, a running call as
  /// soon as its run notices. A request that has ended, or that a gateway passes on, is not
  /// touched, so a repeat is safe.
  ///
  /// @return the request as it is now; empty when there is no such visible row
  Optional<Request> cancel(UUID accountId, ResponseId id);

  /// Whether a request has ended, by one narrow read; empty when there is no such visible row.
  Optional<Boolean> hasEnded(UUID accountId, ResponseId id);

  /// One page of a list. The cursors are exclusive and need not exist.
  ///
  /// @param limit 1–101 (one more than a page, to know whether there is another)
  /// @param status restricts to rows whose public status is this word of [PublicStatus]; null for
  ///   all
  record Page(
      int limit,
      @Nullable ResponseId after,
      @Nullable ResponseId before,
      boolean ascending,
      @Nullable PublicStatus status,
      @Nullable String model,
      @Nullable ServiceTier tier) {}

  /// One upstream call.
  ///
  /// @param upstreamModel the upstream's own name of the model; null when it was not recorded
  /// @param status the upstream's status, null when it gave none
  /// @param usage null when the upstream gave none
  /// @param error the label of the failure, or `drained` or `canceled`; null when it succeeded
  record Attempt(
      UUID attemptId,
      String upstream,
      @Nullable String upstreamModel,
      Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable Integer status,
      @Nullable Usage usage,
      @Nullable String error) {}
}
