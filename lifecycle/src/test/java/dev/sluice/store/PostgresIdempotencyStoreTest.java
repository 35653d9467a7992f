package dev.sluice.store;

import static dev.sluice.store.Records.id;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.StoreFixture.OTHER_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.IdempotencyStore;
import dev.sluice.request.IdempotencyStore.Claim;
import dev.sluice.request.ResponseId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresIdempotencyStoreTest {

  private static final String HASH = "a".repeat(64);
  private static final String OTHER_HASH = "b".repeat(64);

  private StoreFixture fixture;
  private IdempotencyStore store;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
    store = fixture.idempotency();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void theFirstClaimHoldsAndEveryLaterOneIsToldWhoseItIs() {
    assertThat(store.claim(ACCOUNT, "key", HASH, id(1))).isEqualTo(new Claim(HASH, id(1)));
    assertThat(store.claim(ACCOUNT, "key", HASH, id(1))).isEqualTo(new Claim(HASH, id(1)));
    assertThat(store.claim(ACCOUNT, "key", OTHER_HASH, id(2))).isEqualTo(new Claim(HASH, id(1)));
    assertThat(store.claim(ACCOUNT, "other", OTHER_HASH, id(2)))
        .isEqualTo(new Claim(OTHER_HASH, id(2)));
    assertThat(store.claim(OTHER_ACCOUNT, "key", OTHER_HASH, id(3)))
        .isEqualTo(new Claim(OTHER_HASH, id(3)));
  }

  @Test
  void aClaimLivesForADayByTheClockOfTheDatabase() {
    var _ = store.claim(ACCOUNT, "key", HASH, id(1));

    assertThat(
            fixture.query(
                """
                select expires_at - created_at, created_at > now() - interval '1 minute'
                from idempotency_key
                """))
        .containsExactly("1 day|t");
    age("23 hours 59 minutes");
    assertThat(store.claim(ACCOUNT, "key", HASH, id(2)).id()).isEqualTo(id(1));
    age("2 minutes");
    assertThat(store.claim(ACCOUNT, "key", OTHER_HASH, id(2)))
        .isEqualTo(new Claim(OTHER_HASH, id(2)));
    assertThat(store.claim(ACCOUNT, "key", HASH, id(3))).isEqualTo(new Claim(OTHER_HASH, id(2)));
  }

  @Test
  void aKeyIsFoundForItsAccountUntilItsTimeIsOver() {
    var _ = store.claim(ACCOUNT, "key", HASH, id(1));

    assertThat(store.find(ACCOUNT, "key")).contains(new Claim(HASH, id(1)));
    assertThat(store.find(ACCOUNT, "other")).isEmpty();
    assertThat(store.find(OTHER_ACCOUNT, "key")).isEmpty();
    age("25 hours");
    assertThat(store.find(ACCOUNT, "key")).isEmpty();
  }

  @Test
  void claimsRemoveTheKeysOfOthersWhoseTimeIsOver() {
    for (int number = 0; number < 25; number++) {
      var _ = store.claim(ACCOUNT, "old-" + number, HASH, id(number));
    }
    age("25 hours");

    for (int number = 0; number < 3; number++) {
      var _ = store.claim(OTHER_ACCOUNT, "new-" + number, HASH, id(100 + number));
    }

    assertThat(fixture.query("select key from idempotency_key order by key"))
        .containsExactly("new-0", "new-1", "new-2");
  }

  @Test
  void onlyTheOneWhoKnowsWhoseAKeyIsTakesItOver() {
    var _ = store.claim(ACCOUNT, "key", HASH, id(1));

    assertThat(store.takeOver(ACCOUNT, "key", id(9), OTHER_HASH, id(2))).isFalse();
    assertThat(store.takeOver(OTHER_ACCOUNT, "key", id(1), OTHER_HASH, id(2))).isFalse();
    assertThat(store.takeOver(ACCOUNT, "key", id(1), OTHER_HASH, id(2))).isTrue();
    assertThat(store.takeOver(ACCOUNT, "key", id(1), OTHER_HASH, id(3))).isFalse();

    assertThat(store.claim(ACCOUNT, "key", HASH, id(4))).isEqualTo(new Claim(OTHER_HASH, id(2)));
  }

  @Test
  void onlyItsHolderReleasesAKey() {
    var _ = store.claim(ACCOUNT, "key", HASH, id(1));

    store.release(ACCOUNT, "key", id(2));
    store.release(OTHER_ACCOUNT, "key", id(1));
    assertThat(store.claim(ACCOUNT, "key", HASH, id(3)).id()).isEqualTo(id(1));
    store.release(ACCOUNT, "key", id(1));
    store.release(ACCOUNT, "key", id(1));

    assertThat(store.claim(ACCOUNT, "key", HASH, id(3)).id()).isEqualTo(id(3));
  }

  @Test
  void ofConcurrentClaimsOfOneKeyExactlyOneHolds() throws Exception {
    int rounds = 50;
    CyclicBarrier together = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < rounds; round++) {
        String key = "key-" + round;
        List<Future<Claim>> claims = new ArrayList<>();
        for (ResponseId rival : List.of(id(2L * round), id(2L * round + 1))) {
          claims.add(
              threads.submit(() -> {
                var _ = together.await();
                return store.claim(ACCOUNT, key, HASH, rival);
              }));
        }

        Claim first = claims.get(0).get();
        Claim second = claims.get(1).get();

        assertThat(first).isEqualTo(second);
        assertThat(first.id()).isIn(id(2L * round), id(2L * round + 1));
      }
    }
    assertThat(fixture.count("idempotency_key")).isEqualTo(rounds);
  }

  private void age(String interval) {
    fixture.execute(
        "update idempotency_key set created_at = created_at - interval '%s', expires_at = expires_at - interval '%s'"
            .formatted(interval, interval));
  }
}
