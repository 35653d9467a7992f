package dev.sluice.priming;

import dev.sluice.account.Account;
import dev.sluice.account.AccountStore;
import dev.sluice.account.ApiKey;
import dev.sluice.account.KeyHasher;
import dev.sluice.account.KeySecret;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// One account with one key, which opens nothing but the rehearsal it was made for. Nothing can be
/// added.
final class RehearsedAccounts implements AccountStore {

  static final String KEY_ID = "Rehearse";

  private static final Instant LONG_AGO = Instant.EPOCH;
  private static final UUID ACCOUNT = new UUID(0, 0);

  private final KeySecret secret = new KeySecret(KEY_ID, "0".repeat(43));
  private final KeyWithAccount row;

  /// @param pepper of version 1
  RehearsedAccounts(byte[] pepper) {
    KeyHasher.Hash hash = new KeyHasher(Map.of(1, pepper)).hash(secret);
    row =
        new KeyWithAccount(
            new ApiKey(
                KEY_ID,
                ACCOUNT,
                "rehearsal",
                hash.hmac(),
                hash.pepperVersion(),
                null,
                Set.of(),
                LONG_AGO,
                null,
                null),
            true);
  }

  String key() {
    return secret.reveal();
  }

  @Override
  public void create(Account account) {
    throw new UnsupportedOperationException("A rehearsal has one account");
  }

  @Override
  public Optional<Account> find(UUID id) {
    return id.equals(ACCOUNT)
        ? Optional.of(new Account(ACCOUNT, "rehearsal", true, null, LONG_AGO))
        : Optional.empty();
  }

  @Override
  public boolean create(ApiKey key) {
    return false;
  }

  @Override
  public Optional<KeyWithAccount> findKey(String keyId) {
    return keyId.equals(KEY_ID) ? Optional.of(row) : Optional.empty();
  }

  @Override
  public boolean revoke(String keyId) {
    return false;
  }
}
