package dev.sluice.store;

import static dev.sluice.store.Records.id;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.StoreFixture.OTHER_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.RecordBody;
import dev.sluice.request.Endpoint;
import dev.sluice.request.IdempotencyStore.Claim;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestQueue;
import dev.sluice.request.RequestQueue.NewRequest;
import dev.sluice.request.RequestQueue.RepeatKey;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Schedule;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.StoredBody;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PostgresRequestQueueTest {

  private static final String HASH = "a".repeat(64);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Instant CREATED = Instant.parse("2026-03-01T10:00:00.123456Z");

  private StoreFixture fixture;
  private RequestQueue queue;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
    queue = fixture.queue();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  @Test
  void aRequestIsPendingWithItsBodyAndADeadlineByTheClockOfTheDatabase() {
    queue.enqueue(request(id(2), ServiceTier.FLEX, HOUR, null));

    Request.Pending pending =
        (Request.Pending) fixture.requests().find(ACCOUNT, id(2)).orElseThrow();
    RequestData data = pending.data();
    assertThat(data).isEqualTo(data(id(2), ACCOUNT, ServiceTier.FLEX, data.recordedAt()));
    assertThat(pending.schedule())
        .isEqualTo(new Schedule(0, 0, null, data.recordedAt().plus(HOUR)));
    assertThat(fixture.requests().requestBody(ACCOUNT, id(2)))
        .get()
        .satisfies(body -> {
          assertThat(new String(body.decoded(), StandardCharsets.UTF_8)).isEqualTo("{\"n\":1}");
          assertThat(body.contentType()).isEqualTo("application/json");
          assertThat(body.sha256()).isEqualTo(body().sha256());
          assertThat(body.length()).isEqualTo(7);
        });
    assertThat(fixture.query("select lane, trace_id, previous_id, claimed_at from request"))
        .containsExactly("daemon|trace-1|" + id(1).uuid() + "|-");
    assertThat(fixture.count("idempotency_key")).isZero();
  }

  @Test
  void theClassFollowsTheTierAndWithoutAWindowThereIsNoDeadline() {
    long number = 0;
    for (ServiceTier tier : ServiceTier.values()) {
      queue.enqueue(request(id(number++), tier, null, null));
    }

    assertThat(fixture.query("select tier, tier_class, deadline from request order by id"))
        .containsExactly("default|0|-", "priority|0|-", "flex|1|-", "background|2|-");
  }

  @Test
  void aRepeatChangesNothingWhateverHasBecomeOfTheRequest() {
    queue.enqueue(request(id(2), ServiceTier.FLEX, HOUR, "key"));
    fixture.execute(
        """
        update request set state = 'claimed', attempt = 1, claimed_at = now(), daemon_id = id,
          claim_token = id, lease_until = now()
        """);
    List<String> before = all();

    queue.enqueue(request(id(2), ServiceTier.FLEX, HOUR, "key"));
    assertThat(all()).isEqualTo(before);

    assertThat(fixture.requests().delete(ACCOUNT, id(2))).isTrue();
    queue.enqueue(request(id(2), ServiceTier.FLEX, HOUR, "key"));
    assertThat(fixture.count("request_body")).isZero();
    assertThat(fixture.count("idempotency_key")).isZero();
  }

  @Test
  void concurrentRepeatsMakeOneRequest() throws Exception {
    CyclicBarrier together = new CyclicBarrier(4);
    List<Future<?>> calls = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int thread = 0; thread < 4; thread++) {
        calls.add(
            threads.submit(() -> {
              for (int round = 0; round < 20; round++) {
                var _ = together.await(10, TimeUnit.SECONDS);
                queue.enqueue(request(id(100 + round), ServiceTier.FLEX, HOUR, "key-" + round));
              }
              return null;
            }));
      }
      for (Future<?> call : calls) {
        var _ = call.get();
      }
    }

    assertThat(fixture.count("request")).isEqualTo(20);
    assertThat(fixture.count("request_body")).isEqualTo(20);
    assertThat(fixture.count("idempotency_key")).isEqualTo(20);
  }

  @Test
  void aRepeatKeyStandsForTheLatestRequestUntilItsTimeIsOver() {
    queue.enqueue(request(id(2), ServiceTier.FLEX, HOUR, "§key"));
    assertThat(fixture.idempotency().find(ACCOUNT, "§key")).contains(new Claim(HASH, id(2)));
    assertThat(fixture.idempotency().find(OTHER_ACCOUNT, "§key")).isEmpty();

    queue.enqueue(request(id(3), ServiceTier.FLEX, HOUR, "§key"));
    assertThat(fixture.idempotency().find(ACCOUNT, "§key")).contains(new Claim(HASH, id(3)));
    assertThat(fixture.query("select expires_at - created_at from idempotency_key"))
        .containsExactly("00:10:00");

    fixture.execute("update idempotency_key set expires_at = expires_at - interval '10 minutes'");
    assertThat(fixture.idempotency().find(ACCOUNT, "§key")).isEmpty();
  }

  @Test
  void keysWhoseTimeIsOverGoWithLaterRequests() {
    for (int number = 0; number < 15; number++) {
      queue.enqueue(request(id(number), ServiceTier.FLEX, HOUR, "old-" + number));
    }
    fixture.execute("update idempotency_key set expires_at = now()");

    queue.enqueue(request(id(20), ServiceTier.FLEX, HOUR, "new-0"));
    queue.enqueue(request(id(21), ServiceTier.FLEX, HOUR, "new-1"));

    assertThat(fixture.query("select key from idempotency_key order by key"))
        .containsExactly("new-0", "new-1");
  }

  @Test
  void whatIsRefusedLeavesNothingBehind() {
    NewRequest good = request(id(2), ServiceTier.FLEX, HOUR, null);

    assertThatThrownBy(() ->
            queue.enqueue(
                new NewRequest(
                    good.data(),
                    good.traceId(),
                    null,
                    HOUR,
                    good.body(),
                    new RepeatKey("key", "no hash", HOUR))))
        .isNotNull();
    assertThatThrownBy(() ->
            queue.enqueue(
                new NewRequest(
                    data(id(3), new UUID(0, 9), ServiceTier.FLEX, CREATED),
                    "",
                    null,
                    HOUR,
                    good.body(),
                    null)))
        .isNotNull();

    assertThat(all()).isEmpty();
  }

  private List<String> all() {
    List<String> all = new ArrayList<>(fixture.everything());
    all.addAll(fixture.query("select to_jsonb(k) from idempotency_key k order by key"));
    return all;
  }

  private static NewRequest request(
      ResponseId id, ServiceTier tier, @Nullable Duration window, @Nullable String key) {
    return new NewRequest(
        data(id, ACCOUNT, tier, Instant.EPOCH),
        "trace-1",
        id(1),
        window,
        body(),
        key == null ? null : new RepeatKey(key, HASH, Duration.ofMinutes(10)));
  }

  private static RequestData data(
      ResponseId id, UUID account, ServiceTier tier, Instant recordedAt) {
    return new RequestData(
        id,
        account,
        "key00001",
        Endpoint.RESPONSES,
        "model-a",
        tier,
        true,
        true,
        true,
        CREATED,
        recordedAt,
        null,
        false,
        false);
  }

  private static StoredBody body() {
    RecordBody.Inline body =
        RecordBody.gzip("{\"n\":1}".getBytes(StandardCharsets.UTF_8), "application/json");
    return new StoredBody(
        body.bytes(), body.encoding(), body.contentType(), body.length(), body.sha256());
  }
}
