package dev.sluice.request;

import java.util.Optional;
import java.util.UUID;

/// Which request a client's own key stands for. A key is claimed before its request runs, so that
/// of several requests with one key exactly one does.
///
/// Keys live for 24 hours by the database's clock, those of [RequestQueue.RepeatKey] for as long as
/// they say; one whose time is over is as good as free. All methods throw
/// [StoreUnavailableException] when the database cannot be reached or answers too late.
public interface IdempotencyStore {

  /// Claims a key that is free, or says whose it is. A repeat by the same request finds its own
  /// claim.
  ///
  /// @param bodyHash lower-case hex of the SHA-256 of the request
  /// @return the claim that holds from now on: this one, or an earlier one
  Claim claim(UUID accountId, String key, String bodyHash, ResponseId id);

  /// What a key stands for; empty when it is free.
  Optional<Claim> find(UUID accountId, String key);

  /// Makes a key stand for another request, if it still stands for `from`.
  ///
  /// @param bodyHash of the request that takes it over
  /// @return false when the key has changed hands or is gone meanwhile
  boolean takeOver(UUID accountId, String key, ResponseId from, String bodyHash, ResponseId id);

  /// Frees a key, if it still stands for this request. A repeat is safe.
  void release(UUID accountId, String key, ResponseId id);

  /// What a key stands for.
  record Claim(String bodyHash, ResponseId id) {}
}
