package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.account.Account;
import dev.sluice.account.AccountStore;
import dev.sluice.account.ApiKey;
import dev.sluice.emulators.PostgresServer.Database;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PostgresAccountStoreTest implements TestPropertyProvider {

  private static final Instant CREATED = Instant.parse("2026-03-01T10:00:00.123456Z");

  private final Database database = StoreFixture.newDatabase();
  private UUID accountId = UUID.randomUUID();

  @Inject private AccountStore store;

  @Override
  public Map<String, String> getProperties() {
    return StoreFixture.properties(database);
  }

  @BeforeEach
  void createAccount() {
    accountId = UUID.randomUUID();
    store.create(new Account(accountId, "test", true, null, CREATED));
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
    ApiKey any = key("anyModel", accountId, null, null);
    ApiKey few = key("fewModel", accountId, List.of("a", "b"), CREATED.plusSeconds(60));
    ApiKey none = key("noModels", accountId, List.of(), null);

    for (ApiKey key : List.of(any, few, none)) {
      assertThat(store.create(key)).isTrue();

      AccountStore.KeyWithAccount found = store.findKey(key.id()).orElseThrow();
      assertThat(found.key()).usingRecursiveComparison().isEqualTo(key);
      assertThat(found.accountActive()).isTrue();
    }

    Account disabled = new Account(UUID.randomUUID(), "disabled", false, null, CREATED);
    store.create(disabled);
    assertThat(store.create(key("disabled", disabled.id(), null, null))).isTrue();
    assertThat(store.findKey("disabled").orElseThrow().accountActive()).isFalse();
    assertThat(store.findKey("unknown0")).isEmpty();
  }

  @Test
  void aKeyOfAnUnknownAccountIsNotCreated() {
    assertThat(store.create(key("orphaned", UUID.randomUUID(), null, null))).isFalse();

    assertThat(store.findKey("orphaned")).isEmpty();
  }

  @Test
  void revokingIsForGoodAndKeepsItsFirstTime() {
    assertThat(store.create(key("revoked0", accountId, null, null))).isTrue();
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
