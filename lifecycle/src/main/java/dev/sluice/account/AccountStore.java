package dev.sluice.account;

import java.util.Optional;
import java.util.UUID;

/// Where accounts and keys are kept. All methods throw
/// [dev.sluice.request.StoreUnavailableException] when the database cannot be reached or answers
/// too late.
public interface AccountStore {

  /// Inserts a new account. A repeat makes a second one.
  void create(Account account);

  Optional<Account> find(UUID id);

  /// Inserts a new key of an existing account.
  ///
  /// @return false when there is no such account; nothing is written then
  boolean create(ApiKey key);

  /// The key and the state of its account, revoked and expired ones included.
  Optional<KeyWithAccount> findKey(String keyId);

  /// Revokes a key for good, by the database's time. A repeat is harmless.
  ///
  /// @return false when there is no such key
  boolean revoke(String keyId);

  record KeyWithAccount(ApiKey key, boolean accountActive) {}
}
