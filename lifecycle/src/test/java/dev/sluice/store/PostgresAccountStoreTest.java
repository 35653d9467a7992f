package dev.sluice.store;

import static dev.sluice.store.StoreFixture.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.account.Account;
import dev.sluice.account.AccountStore;
import dev.sluice.account.ApiKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresAccountStoreTest {

  private static final Instant CREATED = Instant.parse("2026-03-01T10:00:00.123456Z");

  private StoreFixture fixture;
  private AccountStore store;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
    store = fixture.accounts();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void anAccountIsReadAsItWasCreated() {
    Account kept = new Account(UUID.randomUUID(), "kept", true, null, CREATED);
    Account shortLived = new Account(UUID.randomUUID(), "ü", false, Duration.ofDays(30), CREATED);

    store.create(kept);
    store.create(shortLived);

    assertThat(store.find(kept.id())).contains(kept);
    assertThat(store.find(shortLived.id())).contains(shortLived);
    assertThat(store.find(UUID.randomUUID())).isEmpty();
  }

  @Test
  void aKeyIsReadAsItWasCreatedWithTheStateOfItsAccount() {
    ApiKey any = key("anyModel", ACCOUNT, null, null);
    ApiKey few = key("fewModel", ACCOUNT, List.of("a", "b"), CREATED.plusSeconds(60));
    ApiKey none = key("noModels", ACCOUNT, List.of(), null);

    for (ApiKey key : List.of(any, few, none)) {
      assertThat(store.create(key)).isTrue();

      AccountStore.KeyWithAccount found = store.findKey(key.id()).orElseThrow();
      assertThat(found.key()).usingRecursiveComparison().isEqualTo(key);
      assertThat(found.accountActive()).isTrue();
    }

    fixture.execute("update account set status = 'disabled'");
    assertThat(store.findKey("anyModel").orElseThrow().accountActive()).isFalse();
    assertThat(store.findKey("unknown0")).isEmpty();
  }

  @Test
  void aKeyOfAnUnknownAccountIsNotCreated() {
    assertThat(store.create(key("orphaned", UUID.randomUUID(), null, null))).isFalse();

    assertThat(fixture.count("api_key")).isZero();
  }

  @Test
  void revokingIsForGoodAndKeepsItsFirstTime() {
    assertThat(store.create(key("revoked0", ACCOUNT, null, null))).isTrue();
    assertThat(store.findKey("revoked0").orElseThrow().key().revokedAt()).isNull();

    assertThat(store.revoke("revoked0")).isTrue();
    Instant first = store.findKey("revoked0").orElseThrow().key().revokedAt();
    assertThat(store.revoke("revoked0")).isTrue();

    assertThat(first).isNotNull();
    assertThat(store.findKey("revoked0").orElseThrow().key().revokedAt()).isEqualTo(first);
    assertThat(store.revoke("unknown0")).isFalse();
  }

  private static ApiKey key(
      String id, UUID account, @Nullable List<String> models, @Nullable Instant expiresAt) {
    byte[] hmac = new byte[32];
    hmac[0] = (byte) 0xfe;
    return new ApiKey(
        id,
        account,
        "a key",
        hmac,
        3,
        models,
        Set.of("background", "other"),
        CREATED,
        expiresAt,
        null);
  }
}
