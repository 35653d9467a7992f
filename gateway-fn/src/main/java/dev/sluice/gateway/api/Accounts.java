package dev.sluice.gateway.api;

import dev.sluice.account.Account;
import dev.sluice.account.AccountStore;
import dev.sluice.account.ApiKey;
import dev.sluice.account.KeyHasher;
import dev.sluice.account.KeySecret;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.upstream.ModelCatalog;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes accounts and keys and revokes keys, for the operator. Safe for use by several threads.
@Singleton
final class Accounts {

  private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

  private static final Pattern KEY_ID = Pattern.compile("[0-9A-Za-z]{8}");

  private final AccountStore store;
  private final KeyHasher hasher;
  private final ModelCatalog models;
  private final InstantSource clock;
  private final SecureRandom random;

  Accounts(
      AccountStore store,
      KeyHasher hasher,
      ModelCatalog models,
      InstantSource clock,
      SecureRandom random) {
    this.store = store;
    this.hasher = hasher;
    this.models = models;
    this.clock = clock;
    this.random = random;
  }

  /// A key and its secret, which is nowhere else and is shown once.
  record IssuedKey(ApiKey key, KeySecret secret) {}

  /// Makes an account. A repeat makes a second one.
  Account create(NewAccount wanted) {
    UUID id =
        new UUID(
            (random.nextLong() & ~0xF000L) | 0x4000L, (random.nextLong() >>> 2) | Long.MIN_VALUE);
    Account account = new Account(id, wanted.name(), true, null, now());
    store.create(account);
    LOG.atInfo().addKeyValue("account_id", id).log("Account created");
    return account;
  }

  /// Makes a key. A repeat makes a second one.
  ///
  /// @throws GatewayException 404 when there is no such account, 400 when a model is not configured
  ///   or the key would be born expired
  IssuedKey issue(String accountId, NewKey wanted) {
    UUID account = accountId(accountId).orElseThrow(() -> noAccount(accountId));
    checkModels(Optional.ofNullable(wanted.models()).orElse(List.of()));
    Instant now = now();
    Instant expiresAt = wanted.expiresAt();
    if (expiresAt != null && !expiresAt.isAfter(now)) {
      throw BodyReader.invalid("expires_at", "expires_at is in the past.");
    }
    KeySecret secret = KeySecret.generate(random);
    KeyHasher.Hash hash = hasher.hash(secret);
    ApiKey key =
        new ApiKey(
            secret.id(),
            account,
            wanted.name(),
            hash.hmac(),
            hash.pepperVersion(),
            wanted.models(),
            wanted.capabilities(),
            now,
            expiresAt,
            null);
    if (!store.create(key)) {
      throw noAccount(accountId);
    }
    LOG.atInfo()
        .addKeyValue("account_id", account)
        .addKeyValue("key_id", key.id())
        .log("Key created");
    return new IssuedKey(key, secret);
  }

  /// Revokes a key for good; a repeat is harmless. Gateways may honour it for 30 seconds more.
  ///
  /// @throws GatewayException 404 when there is no such key
  void revoke(String keyId) {
    // What has not the form of an id is not asked for: the database refuses some characters.
    if (!KEY_ID.matcher(keyId).matches() || !store.revoke(keyId)) {
      throw GatewayException.of(ErrorCode.KEY_NOT_FOUND, "There is no key of this id.");
    }
    LOG.atInfo().addKeyValue("key_id", keyId).log("Key revoked");
  }

  private void checkModels(List<String> aliases) {
    for (int i = 0; i < aliases.size(); i++) {
      if (models.find(aliases.get(i)).isEmpty()) {
        throw BodyReader.invalid("models[" + i + "]", "No model of this name is configured.");
      }
    }
  }

  /// Whole microseconds, as the database keeps them.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static Optional<UUID> accountId(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty(); // Not an id, so not the id of an account.
    }
  }

  private static GatewayException noAccount(String accountId) {
    return GatewayException.of(
        ErrorCode.ACCOUNT_NOT_FOUND,
        accountId(accountId)
            .map(id -> "There is no account " + id + ".")
            .orElse("There is no account of this id."));
  }
}
