package dev.sluice.gateway.testing;

import dev.sluice.account.Account;
import dev.sluice.account.AccountStore;
import dev.sluice.account.ApiKey;
import dev.sluice.request.StoreUnavailableException;
import java.net.ConnectException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Accounts in memory. It can be down, and counts the lookups of keys.
public final class TestingAccountStore implements AccountStore {

  private final Map<UUID, Account> accounts = new ConcurrentHashMap<>();
  private final Map<String, ApiKey> keys = new ConcurrentHashMap<>();
  private final AtomicInteger lookups = new AtomicInteger();
  private volatile boolean down;

  public void setDown(boolean down) {
    this.down = down;
  }

  public int lookups() {
    return lookups.get();
  }

  @Override
  public void create(Account account) {
    checkUp();
    accounts.put(account.id(), account);
  }

  /// Puts an account in place of the one that has its id.
  public void replace(Account account) {
    accounts.put(account.id(), account);
  }

  @Override
  public Optional<Account> find(UUID id) {
    checkUp();
    return Optional.ofNullable(accounts.get(id));
  }

  @Override
  public boolean create(ApiKey key) {
    checkUp();
    if (!accounts.containsKey(key.accountId())) {
      return false;
    }
    keys.put(key.id(), key);
    return true;
  }

  @Override
  public Optional<KeyWithAccount> findKey(String keyId) {
    lookups.incrementAndGet();
    checkUp();
    return Optional.ofNullable(keys.get(keyId))
        .map(key ->
            new KeyWithAccount(
                key, Optional.ofNullable(accounts.get(key.accountId())).orElseThrow().active()));
  }

  @Override
  public boolean revoke(String keyId) {
    checkUp();
    return keys.computeIfPresent(
            keyId,
            (_, key) ->
                new ApiKey(
                    key.id(),
                    key.accountId(),
                    key.name(),
                    key.hmac(),
                    key.pepperVersion(),
                    key.models(),
                    key.capabilities(),
                    key.createdAt(),
                    key.expiresAt(),
                    Instant.EPOCH))
        != null;
  }

  private void checkUp() {
    if (down) {
      throw new StoreUnavailableException("The test's database is down", new ConnectException());
    }
  }
}
