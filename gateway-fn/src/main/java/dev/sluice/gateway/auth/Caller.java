package dev.sluice.gateway.auth;

import dev.sluice.account.ApiKey;
import java.util.UUID;

/// Who calls: a key that was presented, recognised, and is valid now.
public record Caller(ApiKey key) {

  public UUID accountId() {
    return key.accountId();
  }

  /// The public part of the key, the only part that is logged and recorded.
  public String keyId() {
    return key.id();
  }
}
