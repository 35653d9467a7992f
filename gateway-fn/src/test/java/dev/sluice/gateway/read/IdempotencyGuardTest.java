package dev.sluice.gateway.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.account.AccountStore;
import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.read.IdempotencyGuard.Decision;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingResponses;
import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests with a key of their client, on real PostgreSQL.
@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IdempotencyGuardTest implements TestPropertyProvider {

  private static final String HASH = "a".repeat(64);
  private static final String OTHER_HASH = "b".repeat(64);
  private static final Duration SHORT = Duration.ofMillis(120);

  @Inject ApplicationContext context;
  @Inject IdempotencyGuard guard;
  @Inject RequestStore requests;
  private TestingResponses responses;
  private TestingTenant tenant;
  private Caller caller;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @BeforeAll
  void connect() {
    responses = new TestingResponses(context);
    tenant = TestingDeployment.newTenant(context, null);
    caller = caller(tenant);
  }

  @Test
  void theFirstRequestOfAKeyRunsAndItsRepeatGetsItsAnswer() {
    String key = newKey();
    ResponseId first = newId();

    assertThat(claim(key, HASH, first)).isEqualTo(new Decision.Fresh());
    completed(first, true);

    assertThat(claim(key, HASH, newId())).isEqualTo(new Decision.Repeat(first));
    assertThat(claim(newKey(), HASH, newId())).isEqualTo(new Decision.Fresh());
  }

  @Test
  void theKeysOfAccountsAreTheirOwn() {
    String key = newKey();
    completed(claimed(key), true);
    TestingTenant other = TestingDeployment.newTenant(context, null);

    assertThat(
            guard.claim(
                caller(other), key, OTHER_HASH, responses.newId(other), in(Duration.ofSeconds(5))))
        .isEqualTo(new Decision.Fresh());
  }

  @Test
  void anotherRequestUnderTheSameKeyIsAConflictAlsoWhileTheFirstRuns() {
    String key = newKey();
    ResponseId first = claimed(key);

    for (int round = 0; round < 2; round++) {
      GatewayException conflict = refusal(key, OTHER_HASH, Duration.ofSeconds(20));

      assertThat(conflict.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_MISMATCH);
      assertThat(conflict.status()).isEqualTo(409);
      assertThat(conflict.headers()).containsEntry("x-should-retry", "false");
      completed(first, true);
    }
  }

  @Test
  void aRepeatWhileTheFirstRunsComesTooEarly() {
    String unrecorded = newKey();
    var _ = claimed(unrecorded);
    String running = newKey();
    responses.persist(
        TestingResponses.started(TestingResponses.head(tenant, claimed(running), true), "x"));

    for (String key : List.of(unrecorded, running)) {
      GatewayException early = refusal(key, HASH, SHORT);

      assertThat(early.status()).isEqualTo(503);
      assertThat(early.code()).isEqualTo(ErrorCode.RESPONSE_NOT_YET_RECORDED);
      assertThat(early.headers()).containsEntry("retry-after", "1");
    }
  }

  @Test
  void aRepeatWaitsForTheFirstToEnd() throws Exception {
    String key = newKey();
    ResponseId first = claimed(key);

    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Decision> repeat = threads.submit(() -> claim(key, HASH, newId()));
      completed(first, true);

      assertThat(repeat.get()).isEqualTo(new Decision.Repeat(first));
    }
  }

  static List<FailureReason> curable() {
    return List.of(
        FailureReason.ofStatus(500, ""),
        FailureReason.ofStatus(503, "busy"),
        FailureReason.ofStatus(429, "slow down"),
        // Of the operator's account, told as 502.
        FailureReason.ofStatus(401, "bad key"),
        new FailureReason.NetworkError("reset", "x"),
        new FailureReason.TimedOut("idle"),
        new FailureReason.TruncatedStream(),
        new FailureReason.GatewayLost(),
        new FailureReason.CallLost("x"));
  }

  @ParameterizedTest
  @MethodSource("curable")
  void aFailureThatARepeatMayCureFreesTheKeyForOneTaker(FailureReason reason) {
    String key = newKey();
    ResponseId first = claimed(key);
    var _ = responses.failed(tenant, first, null, reason, null);
    ResponseId second = newId();

    assertThat(claim(key, HASH, second)).isEqualTo(new Decision.Fresh());

    completed(second, true);
    assertThat(claim(key, HASH, newId())).isEqualTo(new Decision.Repeat(second));
  }

  @Test
  void aKeyThatAFailureFreedMayStandForAnotherRequest() {
    String key = newKey();
    var _ = responses.failed(tenant, claimed(key), 500, FailureReason.ofStatus(500, ""), null);

    assertThat(claim(key, OTHER_HASH, newId())).isEqualTo(new Decision.Fresh());
    assertThat(refusal(key, HASH, SHORT).code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_MISMATCH);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 413, 422})
  void aRefusedRequestIsRefusedAgain(int status) {
    String key = newKey();
    ResponseId first = claimed(key);
    var _ = responses.failed(tenant, first, status, FailureReason.ofStatus(status, "{}"), "{}");

    assertThat(claim(key, HASH, newId())).isEqualTo(new Decision.Repeat(first));
  }

  @Test
  void anAnswerThatWasNotToBeStoredCannotBeRepeated() {
    String key = newKey();
    completed(claimed(key), false);

    GatewayException conflict = refusal(key, HASH, Duration.ofSeconds(5));

    assertThat(conflict.code()).isEqualTo(ErrorCode.RESULT_NOT_STORED);
    assertThat(conflict.headers()).containsEntry("x-should-retry", "false");
  }

  @Test
  void aRequestThatWasNeverRecordedLosesItsKeyAfterTwoMinutes() {
    String key = newKey();
    InstantSource past = InstantSource.offset(InstantSource.system(), Duration.ofSeconds(-121));
    ResponseId lost =
        new ResponseIds(new byte[32], past, new SecureRandom()).next(tenant.accountId());
    assertThat(claim(key, HASH, lost)).isEqualTo(new Decision.Fresh());

    assertThat(claim(key, HASH, newId())).isEqualTo(new Decision.Fresh());
  }

  @Test
  void aDeletedAnswerFreesItsKey() {
    String key = newKey();
    ResponseId first = claimed(key);
    completed(first, true);
    assertThat(requests.delete(tenant.accountId(), first)).isTrue();

    assertThat(claim(key, HASH, newId())).isEqualTo(new Decision.Fresh());
  }

  @Test
  void aReleasedKeyIsFreeForTheNextAndALateReleaseChangesNothing() {
    String key = newKey();
    ResponseId first = claimed(key);
    guard.release(caller, key, first);

    ResponseId second = newId();
    assertThat(claim(key, OTHER_HASH, second)).isEqualTo(new Decision.Fresh());
    guard.release(caller, key, first);

    assertThat(refusal(key, HASH, SHORT).code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_MISMATCH);
  }

  @Test
  void ofConcurrentRequestsWithOneKeyExactlyOneRuns() throws Exception {
    int rounds = 20;
    CyclicBarrier together = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < rounds; round++) {
        String key = newKey();
        if (round % 2 == 1) {
          var _ = responses.failed(tenant, claimed(key), 500, FailureReason.ofStatus(500, ""), "");
        }
        List<Future<Boolean>> rivals = new ArrayList<>();
        for (int rival = 0; rival < 2; rival++) {
          rivals.add(
              threads.submit(() -> {
                var _ = together.await();
                return runs(key);
              }));
        }

        assertThat(List.of(rivals.get(0).get(), rivals.get(1).get()))
            .as("round %s", round)
            .containsExactlyInAnyOrder(true, false);
      }
    }
  }

  /// The loser comes too early, as the winner never ends.
  private boolean runs(String key) {
    try {
      return guard.claim(caller, key, HASH, newId(), in(SHORT)) instanceof Decision.Fresh;
    } catch (GatewayException e) {
      assertThat(e.status()).isEqualTo(503);
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\tb", "ü", "a\u007f"})
  void aKeyIsPrintableAscii(String key) {
    assertThatThrownBy(() -> IdempotencyGuard.key(inbound("/v1/responses", key, "{}")))
        .isInstanceOfSatisfying(
            GatewayException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE);
              assertThat(e.param()).isEqualTo("Idempotency-Key");
            });
  }

  @Test
  void aKeyHasUpTo255Characters() {
    assertThat(IdempotencyGuard.key(inbound("/v1/responses", "k".repeat(255), "{}")))
        .contains("k".repeat(255));
    assertThatThrownBy(() -> IdempotencyGuard.key(inbound("/v1/responses", "k".repeat(256), "{}")))
        .isInstanceOf(GatewayException.class);
    assertThat(IdempotencyGuard.key(withoutKey())).isEmpty();
  }

  @Test
  void requestsDifferByTheirPathAndTheirBody() {
    String hash = IdempotencyGuard.hash(inbound("/v1/responses", "k", "{}"));

    assertThat(hash).matches("[0-9a-f]{64}");
    assertThat(IdempotencyGuard.hash(inbound("/ai/v1/responses", "other", "{}"))).isEqualTo(hash);
    assertThat(IdempotencyGuard.hash(inbound("/v1/responses", "k", "{ }"))).isNotEqualTo(hash);
    assertThat(IdempotencyGuard.hash(inbound("/v1/embeddings", "k", "{}"))).isNotEqualTo(hash);
  }

  private static InboundRequest inbound(String path, String key, String body) {
    return request(path, Map.of("Idempotency-Key", List.of(key)), body);
  }

  private static InboundRequest withoutKey() {
    return request("/v1/responses", Map.of(), "{}");
  }

  private static InboundRequest request(
      String path, Map<String, List<String>> headers, String body) {
    return new InboundRequest(
        "POST",
        path,
        headers,
        Map.of(),
        body.getBytes(StandardCharsets.UTF_8),
        "request-1",
        "trace-1",
        in(Duration.ofSeconds(20)));
  }

  private Decision claim(String key, String hash, ResponseId id) {
    return guard.claim(caller, key, hash, id, in(Duration.ofSeconds(20)));
  }

  private ResponseId claimed(String key) {
    ResponseId id = newId();
    assertThat(claim(key, HASH, id)).isEqualTo(new Decision.Fresh());
    return id;
  }

  private GatewayException refusal(String key, String hash, Duration within) {
    return catchThrowableOfType(
        GatewayException.class, () -> guard.claim(caller, key, hash, newId(), in(within)));
  }

  private void completed(ResponseId id, boolean store) {
    Head head = TestingResponses.head(tenant, id, store);
    responses.persist(
        TestingResponses.finished(head, "stop", Outcome.COMPLETED, null, 200, "answer"));
  }

  private ResponseId newId() {
    return responses.newId(tenant);
  }

  private static String newKey() {
    return "key-" + UUID.randomUUID();
  }

  private static Deadline in(Duration duration) {
    return Deadline.in(duration);
  }

  private Caller caller(TestingTenant of) {
    return new Caller(context.getBean(AccountStore.class).findKey(of.keyId()).orElseThrow().key());
  }
}
