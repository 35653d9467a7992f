package dev.sluice.account;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A key as it is stored, without its secret.
///
/// @param id the public part, eight base62 characters
/// @param models the aliases it may use; null for all
/// @param capabilities what it may do beyond plain calls, such as `background`
@SuppressWarnings("ArrayRecordComponent") // compared in constant time by KeyHasher, never by equals
public record ApiKey(
    String id,
    UUID accountId,
    String name,
    byte[] hmac,
    int pepperVersion,
    @Nullable List<String> models,
    Set<String> capabilities,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {

  public ApiKey {
    models = models == null ? null : List.copyOf(models);
    capabilities = Set.copyOf(capabilities);
  }

  /// True when this key may use the model of this alias.
  public boolean allows(String alias) {
    return models == null || models.contains(alias);
  }

  public boolean isExpiredAt(Instant at) {
    return Optional.ofNullable(expiresAt).filter(end -> !end.isAfter(at)).isPresent();
  }
}
