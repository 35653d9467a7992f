package dev.sluice.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.account.Account;
import dev.sluice.account.ApiKey;
import dev.sluice.account.KeyHasher;
import dev.sluice.account.KeySecret;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.testing.TestingAccountStore;
import dev.sluice.gateway.testing.TestingTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthenticatorTest {

  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private final TestingTime time = new TestingTime(START);
  private final TestingAccountStore store = new TestingAccountStore();
  private final KeyHasher hasher = new KeyHasher(Map.of(1, new byte[32]));
  private final Authenticator authenticator = new Authenticator(store, hasher, time, time);
  private final Account account = new Account(new UUID(1, 1), "test", true, null, START);

  @Test
  void aValidKeyIsRecognisedWithItsAccount() {
    KeySecret secret = issue(null);

    Caller caller = authenticator.authenticate(bearer(secret.reveal()));

    assertThat(caller.accountId()).isEqualTo(account.id());
    assertThat(caller.keyId()).isEqualTo(secret.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "  bEaReR   "})
  void theSchemeIsComparedWithoutCase(String scheme) {
    KeySecret secret = issue(null);

    Caller caller =
        authenticator.authenticate(request(Map.of("Authorization", scheme + secret.reveal())));

    assertThat(caller.keyId()).isEqualTo(secret.id());
  }

  @Test
  void theKeyMayStandInItsOwnHeader() {
    KeySecret secret = issue(null);

    Caller caller =
        authenticator.authenticate(
            request(Map.of("X-Api-Key", secret.reveal(), "Authorization", "Basic eDp5")));

    assertThat(caller.keyId()).isEqualTo(secret.id());
  }

  static Stream<Map<String, String>> headersWithoutAUsableKey() {
    String valid = KeySecret.generate(new SecureRandom()).reveal();
    return Stream.of(
        Map.of(),
        Map.of("authorization", ""),
        Map.of("authorization", "Bearer"),
        Map.of("authorization", "Bearer "),
        Map.of("authorization", valid),
        Map.of("authorization", "Basic " + valid),
        Map.of("authorization", "Bearer sk-1234"),
        Map.of("authorization", "Bearer " + valid + "x"),
        Map.of("authorization", "Bearer " + valid.substring(1)),
        Map.of("authorization", "Bearer " + flip(valid, 5)),
        Map.of("authorization", "Bearer " + flip(valid, 30)),
        Map.of("authorization", "Bearer " + flip(valid, 61)),
        Map.of("x-api-key", " "),
        Map.of("x-api-key", "slk_\u0000"));
  }

  private static String flip(String key, int index) {
    char other = key.charAt(index) == 'a' ? 'b' : 'a';
    return key.substring(0, index) + other + key.substring(index + 1);
  }

  @ParameterizedTest
  @MethodSource("headersWithoutAUsableKey")
  void aMissingOrMalformedKeyIsRefusedWithoutAQuery(Map<String, String> headers) {
    GatewayException refusal = refusal(request(headers));

    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_API_KEY);
    assertThat(refusal.status()).isEqualTo(401);
    assertThat(store.lookups()).isZero();
  }

  @Test
  void anUnknownKeyAndAWrongSecretGetTheSameAnswer() {
    KeySecret known = issue(null);
    KeySecret wrong = new KeySecret(known.id(), KeySecret.generate(new SecureRandom()).secret());
    KeySecret unknown = KeySecret.generate(new SecureRandom());

    GatewayException ofWrong = refusal(bearer(wrong.reveal()));
    GatewayException ofUnknown = refusal(bearer(unknown.reveal()));

    assertThat(ofWrong.code()).isEqualTo(ErrorCode.INVALID_API_KEY);
    assertThat(ofWrong.message()).isEqualTo(ofUnknown.message());
    assertThat(ofWrong.code()).isEqualTo(ofUnknown.code());
  }

  @Test
  void anExpiredKeySaysSoToTheHolderOfItsSecretOnly() {
    KeySecret secret = issue(START.plusSeconds(10));
    KeySecret wrong = new KeySecret(secret.id(), KeySecret.generate(new SecureRandom()).secret());
    assertThat(authenticator.authenticate(bearer(secret.reveal())).keyId()).isEqualTo(secret.id());

    time.advance(Duration.ofSeconds(10));

    assertThat(refusal(bearer(secret.reveal())).code()).isEqualTo(ErrorCode.API_KEY_EXPIRED);
    assertThat(refusal(bearer(wrong.reveal())).code()).isEqualTo(ErrorCode.INVALID_API_KEY);
  }

  @Test
  void aRevocationCountsWhenTheRememberedRowIsThirtySecondsOld() {
    KeySecret secret = issue(null);
    var _ = authenticator.authenticate(bearer(secret.reveal()));
    assertThat(store.revoke(secret.id())).isTrue();

    time.advance(Duration.ofMillis(29_999));
    assertThat(authenticator.authenticate(bearer(secret.reveal())).keyId()).isEqualTo(secret.id());
    assertThat(store.lookups()).isEqualTo(1);

    time.advance(Duration.ofMillis(1));
    assertThat(refusal(bearer(secret.reveal())).code()).isEqualTo(ErrorCode.INVALID_API_KEY);
    assertThat(store.lookups()).isEqualTo(2);
  }

  @Test
  void theKeysOfAClosedAccountAreRefused() {
    KeySecret secret = issue(null);
    store.replace(new Account(account.id(), "test", false, null, START));

    assertThat(refusal(bearer(secret.reveal())).code()).isEqualTo(ErrorCode.INVALID_API_KEY);
  }

  @Test
  void aKnownKeyWorksForFifteenMinutesWhileTheDatabaseIsDown() {
    KeySecret secret = issue(null);
    var _ = authenticator.authenticate(bearer(secret.reveal()));
    store.setDown(true);

    for (int second = 0; second < 15 * 60; second++) {
      assertThat(authenticator.authenticate(bearer(secret.reveal())).keyId())
          .isEqualTo(secret.id());
      time.advance(Duration.ofSeconds(1));
    }

    GatewayException refusal = refusal(bearer(secret.reveal()));
    assertThat(refusal.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(refusal.status()).isEqualTo(503);
    // It was asked every five seconds, not at each of the 900 calls.
    assertThat(store.lookups()).isBetween(170, 180);
  }

  @Test
  void aKeyThatCannotBeCheckedIsNeverUnauthorizedAndNeverRemembered() {
    KeySecret secret = issue(null);
    store.setDown(true);

    assertThat(refusal(bearer(secret.reveal())).code()).isEqualTo(ErrorCode.OVERLOADED);

    store.setDown(false);
    assertThat(authenticator.authenticate(bearer(secret.reveal())).keyId()).isEqualTo(secret.id());
  }

  @Test
  void anUnknownKeyIsRememberedForFiveSeconds() {
    KeySecret secret = KeySecret.generate(new SecureRandom());
    var _ = refusal(bearer(secret.reveal()));
    issue(secret, null);

    time.advance(Duration.ofMillis(4_999));
    assertThat(refusal(bearer(secret.reveal())).code()).isEqualTo(ErrorCode.INVALID_API_KEY);
    assertThat(store.lookups()).isEqualTo(1);

    time.advance(Duration.ofMillis(1));
    assertThat(authenticator.authenticate(bearer(secret.reveal())).keyId()).isEqualTo(secret.id());
  }

  @Test
  void whatIsRememberedIsBounded() {
    KeyCache cache = new KeyCache(store, time, 2);
    store.replace(account);
    List<KeySecret> secrets = Stream.generate(() -> issue(null)).limit(3).toList();
    secrets.forEach(secret -> assertThat(cache.find(secret.id())).isPresent());
    assertThat(store.lookups()).isEqualTo(3);

    assertThat(cache.find(secrets.getLast().id())).isPresent();
    assertThat(store.lookups()).isEqualTo(3);
    assertThat(cache.find(secrets.getFirst().id())).isPresent();
    assertThat(store.lookups()).isEqualTo(4);
  }

  @Test
  void guessesDoNotPushKnownKeysOut() {
    KeyCache cache = new KeyCache(store, time, 2);
    KeySecret known = issue(null);
    assertThat(cache.find(known.id())).isPresent();
    for (int i = 0; i < 100; i++) {
      assertThat(cache.find("guess" + i)).isEmpty();
    }
    int before = store.lookups();

    assertThat(cache.find(known.id())).isPresent();
    assertThat(store.lookups()).isEqualTo(before);
  }

  @Test
  void manyThreadsGetTheirOwnKeys() throws Exception {
    List<KeySecret> secrets = Stream.generate(() -> issue(null)).limit(20).toList();
    int calls = 2_000 * Integer.getInteger("sluice.test.scale", 1);

    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Boolean>> tasks =
          Stream.iterate(0, i -> i + 1)
              .limit(calls)
              .map(i -> secrets.get(i % secrets.size()))
              .<Callable<Boolean>>map(secret ->
                  () ->
                      authenticator
                          .authenticate(bearer(secret.reveal()))
                          .keyId()
                          .equals(secret.id()))
              .toList();
      for (Future<Boolean> answer : threads.invokeAll(tasks)) {
        assertThat(answer.get()).isTrue();
      }
    }
  }

  private KeySecret issue(@Nullable Instant expiresAt) {
    return issue(KeySecret.generate(new SecureRandom()), expiresAt);
  }

  private KeySecret issue(KeySecret secret, @Nullable Instant expiresAt) {
    store.create(account);
    assertThat(
            store.create(
                new ApiKey(
                    secret.id(),
                    account.id(),
                    "test",
                    hasher.hash(secret).hmac(),
                    1,
                    null,
                    Set.of(),
                    START,
                    expiresAt,
                    null)))
        .isTrue();
    return secret;
  }

  private GatewayException refusal(InboundRequest request) {
    return catchThrowableOfType(GatewayException.class, () -> authenticator.authenticate(request));
  }

  private InboundRequest bearer(String key) {
    return request(Map.of("authorization", "Bearer " + key));
  }

  private InboundRequest request(Map<String, String> headers) {
    Map<String, List<String>> lists =
        headers.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> List.of(entry.getValue())));
    return new InboundRequest(
        "GET",
        "/v1/models",
        lists,
        Map.of(),
        new byte[0],
        "request-1",
        "trace-1",
        time.deadlineIn(Duration.ofSeconds(29)));
  }
}
