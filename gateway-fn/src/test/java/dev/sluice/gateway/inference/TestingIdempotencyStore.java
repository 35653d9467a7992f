package dev.sluice.gateway.inference;

import dev.sluice.request.IdempotencyStore;
import dev.sluice.request.RequestQueue.RepeatKey;
import dev.sluice.request.ResponseId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Keys in memory. They do not expire.
final class TestingIdempotencyStore implements IdempotencyStore {

  private final Map<String, Claim> claims = new HashMap<>();

  /// What each key stands for, whosever it is.
  synchronized Map<String, Claim> claims() {
    return Map.copyOf(claims);
  }

  synchronized void put(RepeatKey key, ResponseId id) {
    claims.put(key.key(), new Claim(key.bodyHash(), id));
  }

  @Override
  public synchronized Claim claim(UUID accountId, String key, String bodyHash, ResponseId id) {
    return claims.computeIfAbsent(key, _ -> new Claim(bodyHash, id));
  }

  @Override
  public synchronized Optional<Claim> find(UUID accountId, String key) {
    return Optional.ofNullable(claims.get(key));
  }

  @Override
  public synchronized boolean takeOver(
      UUID accountId, String key, ResponseId from, String bodyHash, ResponseId id) {
    Claim held = claims.get(key);
    if (held == null || !held.id().equals(from)) {
      return false;
    }
    claims.put(key, new Claim(bodyHash, id));
    return true;
  }

  @Override
  public synchronized void release(UUID accountId, String key, ResponseId id) {
    claims.computeIfPresent(key, (_, held) -> held.id().equals(id) ? null : held);
  }
}
