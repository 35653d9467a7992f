package dev.sluice.store;

import dev.sluice.account.Account;
import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One row of `account`.
@MappedEntity("account")
record AccountRow(
    @Id UUID id, String name, String status, @Nullable Long retentionSeconds, Instant createdAt) {

  private static final String ACTIVE = "active";

  static AccountRow of(Account account) {
    Duration retention = account.retention();
    return new AccountRow(
        account.id(),
        account.name(),
        account.active() ? ACTIVE : "disabled",
        retention == null ? null : retention.toSeconds(),
        account.createdAt());
  }

  boolean isActive() {
    return status.equals(ACTIVE);
  }

  Account toAccount() {
    return new Account(
        id,
        name,
        isActive(),
        retentionSeconds == null ? null : Duration.ofSeconds(retentionSeconds),
        createdAt);
  }
}
