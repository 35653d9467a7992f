package dev.sluice.store;

import dev.sluice.account.ApiKey;
import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import io.micronaut.data.annotation.TypeDef;
import io.micronaut.data.model.DataType;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One row of `api_key`.
@MappedEntity("api_key")
@SuppressWarnings("ArrayRecordComponent") // bytes of a column; nobody compares rows by value
record ApiKeyRow(
    @Id String id,
    UUID accountId,
    String name,
    byte[] hmac,
    int pepperVersion,
    @TypeDef(type = DataType.STRING_ARRAY) @Nullable List<String> models,
    @TypeDef(type = DataType.STRING_ARRAY) List<String> capabilities,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {

  static ApiKeyRow of(ApiKey key) {
    return new ApiKeyRow(
        key.id(),
        key.accountId(),
        key.name(),
        key.hmac(),
        key.pepperVersion(),
        key.models(),
        key.capabilities().stream().sorted().toList(),
        key.createdAt(),
        key.expiresAt(),
        key.revokedAt());
  }

  ApiKey toApiKey() {
    return new ApiKey(
        id,
        accountId,
        name,
        hmac,
        pepperVersion,
        models,
        Set.copyOf(capabilities),
        createdAt,
        expiresAt,
        revokedAt);
  }
}
