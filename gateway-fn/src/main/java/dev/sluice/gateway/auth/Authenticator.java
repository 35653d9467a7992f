package dev.sluice.gateway.auth;

import dev.sluice.account.AccountStore;
import dev.sluice.account.AccountStore.KeyWithAccount;
import dev.sluice.account.ApiKey;
import dev.sluice.account.KeyHasher;
import dev.sluice.account.KeySecret;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.sandbox.Remembered;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Recognises callers by their key.
///
/// A key that is malformed, unknown, revoked or of a closed account gets the same 401, so that
/// nothing is learnt about other people's keys; only the holder of the secret learns that it has
/// expired. Safe for use by several threads.
public final class Authenticator implements Remembered {

  private static final int REMEMBERED_KEYS = 10_000;

  private final KeyCache keys;
  private final KeyHasher hasher;
  private final InstantSource clock;

  /// @param clock decides whether a key has expired
  /// @param nanoClock decides how long a key is remembered
  public Authenticator(
      AccountStore accounts, KeyHasher hasher, InstantSource clock, LongSupplier nanoClock) {
    this.keys = new KeyCache(accounts, nanoClock, REMEMBERED_KEYS);
    this.hasher = hasher;
    this.clock = clock;
  }

  /// The caller of this request.
  ///
  /// @throws GatewayException 401 when no valid key was sent, 503 when the database is needed to
  ///   tell and does not answer
  /// @throws dev.sluice.sandbox.SecretUnavailableException when the peppers cannot be read now
  public Caller authenticate(InboundRequest request) {
    String text =
        PresentedKey.of(request)
            .orElseThrow(() ->
                invalid(
                    "No API key was sent. Send it as \"Authorization: Bearer slk_…\" or as"
                        + " x-api-key."));
    // The checksum costs no query, so typing errors and foreign keys end here.
    KeySecret secret =
        KeySecret.parse(text)
            .orElseThrow(() ->
                invalid("The API key is malformed: a key starts with slk_ and has 62 signs."));
    Optional<KeyWithAccount> row = find(secret);
    if (row.isEmpty()) {
      hasher.matchNothing(secret);
      throw refused();
    }
    return check(secret, row.get());
  }

  /// Drops the keys that it has read.
  @Override
  public void forget() {
    keys.forget();
  }

  private Optional<KeyWithAccount> find(KeySecret secret) {
    try {
      return keys.find(secret.id());
    } catch (StoreUnavailableException e) {
      throw GatewayException.of(
              ErrorCode.OVERLOADED,
              "The API key cannot be checked right now; nothing was called. Try again.")
          .because(e);
    }
  }

  private Caller check(KeySecret secret, KeyWithAccount row) {
    ApiKey key = row.key();
    if (!hasher.matches(secret, key) || key.revokedAt() != null || !row.accountActive()) {
      throw refused();
    }
    if (key.isExpiredAt(clock.instant())) {
      throw GatewayException.of(
          ErrorCode.API_KEY_EXPIRED, "The API key has expired on " + key.expiresAt() + ".");
    }
    return new Caller(key);
  }

  private static GatewayException refused() {
    return invalid("The API key is not valid.");
  }

  private static GatewayException invalid(String message) {
    return GatewayException.of(ErrorCode.INVALID_API_KEY, message)
        .withHeader("www-authenticate", "Bearer");
  }
}
