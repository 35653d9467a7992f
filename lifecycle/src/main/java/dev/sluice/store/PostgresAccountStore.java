package dev.sluice.store;

import dev.sluice.account.Account;
import dev.sluice.account.AccountStore;
import dev.sluice.account.ApiKey;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/// Accounts and keys in PostgreSQL. A bean by itself, because its repositories are not known
/// outside this package. Safe for use by several threads.
@Singleton
final class PostgresAccountStore implements AccountStore {

  private final Database database;
  private final AccountRepository accounts;
  private final ApiKeyRepository keys;

  PostgresAccountStore(Database database, AccountRepository accounts, ApiKeyRepository keys) {
    this.database = database;
    this.accounts = accounts;
    this.keys = keys;
  }

  @Override
  public void create(Account account) {
    var _ = database.write(_ -> accounts.save(AccountRow.of(account)));
  }

  @Override
  public Optional<Account> find(UUID id) {
    return database.read(_ -> accounts.findById(id)).map(AccountRow::toAccount);
  }

  /// Looking first is enough: accounts are never deleted, and a foreign key stands behind it.
  @Override
  public boolean create(ApiKey key) {
    return database.write(_ -> {
      if (!accounts.existsById(key.accountId())) {
        return false;
      }
      var _ = keys.save(ApiKeyRow.of(key));
      return true;
    });
  }

  @Override
  public Optional<KeyWithAccount> findKey(String keyId) {
    return database.read(_ ->
        keys.findById(keyId)
            .map(key ->
                new KeyWithAccount(
                    key.toApiKey(), accounts.findById(key.accountId()).orElseThrow().isActive())));
  }

  @Override
  public boolean revoke(String keyId) {
    return database.write(_ -> keys.revoke(keyId) > 0);
  }
}
