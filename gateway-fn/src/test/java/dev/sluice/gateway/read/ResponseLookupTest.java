package dev.sluice.gateway.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.account.ApiKey;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.testing.TestingRequestStore;
import dev.sluice.gateway.testing.TestingTime;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
import dev.sluice.request.Schedule;
import dev.sluice.request.ServiceTier;
import dev.sluice.wire.JsonValue.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseLookupTest {

  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final UUID ACCOUNT = new UUID(1, 1);
  private static final UUID OTHER = new UUID(2, 2);

  private final TestingTime time = new TestingTime(START);
  private final TestingRequestStore store = new TestingRequestStore();
  private final ResponseIds ids = new ResponseIds(new byte[32], time, new SecureRandom());
  private final ResponseLookup lookup = new ResponseLookup(store, ids, time, time);
  private final ResponseReader reader = new ResponseReader(store, lookup);
  private final ResponseId id = ids.next(ACCOUNT);

  @Test
  void aRowIsUsedAtOnce() {
    store.put(completed(true, false));

    assertThat(find(id.text()).data().id()).isEqualTo(id);
    assertThat(find(id.uuid().toString()).data().id()).isEqualTo(id);
    assertThat(time.rests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "resp_",
        "resp_x",
        "chatcmpl-1",
        "RESP_019aa000-0000-7000-8000-000000000001",
        "resp_019AA000-0000-7000-8000-000000000001",
        "resp_019aa00000007000800000000000001",
        "resp_resp_019aa000-0000-7000-8000-000000000001",
        "resp_019aa000-0000-7000-8000-000000000001 ",
        "1-1-1-1-1"
      })
  void whatIsNoIdIsNotFoundWithoutAQuery(String text) {
    GatewayException refusal = refusal(text, Duration.ofSeconds(29));

    assertThat(refusal.code()).isEqualTo(ErrorCode.RESPONSE_NOT_FOUND);
    assertThat(store.looks()).isZero();
  }

  @Test
  void anIdOfAnotherAccountIsNotFoundAtOnce() {
    ResponseId foreign = ids.next(OTHER);

    GatewayException refusal = refusal(foreign.text(), Duration.ofSeconds(29));

    assertThat(refusal.status()).isEqualTo(404);
    assertThat(time.rests()).isEmpty();
    assertThat(store.looks()).isEqualTo(1);
  }

  @Test
  void anOldIdWithoutARowIsNotFoundAtOnce() {
    time.advance(Duration.ofMinutes(2).plusMillis(1));

    GatewayException refusal = refusal(id.text(), Duration.ofSeconds(29));

    assertThat(refusal.status()).isEqualTo(404);
    assertThat(time.rests()).isEmpty();
  }

  @Test
  void aYoungIdOfTheAccountIsWaitedForWithGrowingPauses() {
    GatewayException refusal = refusal(id.text(), Duration.ofSeconds(29));

    assertThat(refusal.code()).isEqualTo(ErrorCode.RESPONSE_NOT_YET_RECORDED);
    assertThat(refusal.status()).isEqualTo(503);
    assertThat(refusal.headers()).containsEntry("retry-after", "1");
    assertThat(time.rests().subList(0, 6))
        .containsExactly(
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            Duration.ofMillis(400),
            Duration.ofMillis(500),
            Duration.ofMillis(500));
    assertThat(time.instant()).isEqualTo(START.plusSeconds(10));
  }

  @Test
  void theWaitEndsWithTheDeadlineOfTheInvocation() {
    var _ = refusal(id.text(), Duration.ofMillis(120));

    assertThat(time.rests()).containsExactly(Duration.ofMillis(50), Duration.ofMillis(70));
  }

  @Test
  void aRowThatArrivesDuringTheWaitIsUsed() {
    store.onLook(() -> {
      if (time.rests().size() == 3) {
        store.put(completed(true, false));
      }
    });

    assertThat(find(id.text()).data().id()).isEqualTo(id);
    assertThat(time.rests()).hasSize(3);
  }

  @Test
  void tombstonesAndUnstoredRequestsDoNotExistAndAreNotWaitedFor() {
    for (Request hidden : List.of(completed(false, false), completed(true, true))) {
      store.put(hidden);

      assertThat(refusal(id.text(), Duration.ofSeconds(29)).code())
          .isEqualTo(ErrorCode.RESPONSE_NOT_FOUND);
    }
    assertThat(time.rests()).isEmpty();
  }

  @Test
  void aRunningRealtimeResponseGetsTwoSecondsToEnd() {
    store.put(new Request.Proxied(data(true, false)));

    Request found = lookup.findEnded(ACCOUNT, id.text(), deadline());

    assertThat(found).isInstanceOf(Request.Proxied.class);
    assertThat(time.instant()).isEqualTo(START.plusSeconds(2));
  }

  @Test
  void aResponseThatEndsMeanwhileIsShownAsEnded() {
    store.put(new Request.Proxied(data(true, false)));
    store.onLook(() -> {
      if (time.rests().size() == 2) {
        store.put(completed(true, false));
      }
    });

    assertThat(lookup.findEnded(ACCOUNT, id.text(), deadline()))
        .isInstanceOf(Request.Completed.class);
    assertThat(time.rests()).hasSize(2);
  }

  @Test
  void aResponseThatIsDeletedMeanwhileIsGone() {
    store.put(new Request.Proxied(data(true, false)));
    store.onLook(() -> {
      if (time.rests().size() == 2) {
        store.put(completed(true, true));
      }
    });

    GatewayException refusal =
        catchThrowableOfType(
            GatewayException.class, () -> lookup.findEnded(ACCOUNT, id.text(), deadline()));

    assertThat(refusal.code()).isEqualTo(ErrorCode.RESPONSE_NOT_FOUND);
  }

  @Test
  void queuedWorkIsNotWaitedFor() {
    store.put(new Request.Pending(data(true, false), Schedule.fresh(null)));

    assertThat(lookup.findEnded(ACCOUNT, id.text(), deadline()))
        .isInstanceOf(Request.Pending.class);
    assertThat(time.rests()).isEmpty();
  }

  @Test
  void theRequestThatArrivesAfterItsAnswerIsWaitedFor() {
    store.put(completed(true, false));
    store.putResponseBody(id, "{\"choices\":[]}");
    store.onLook(() -> {
      if (time.rests().size() == 2) {
        store.putRequestBody(id, "{\"temperature\":0.5}");
      }
    });

    JsonObject json = response();

    assertThat(json.get("temperature")).hasToString("JsonNumber[spelling=0.5]");
  }

  @Test
  void aPartThatDoesNotArriveIsNotYetRecordedWhileItMayCome() {
    store.put(completed(true, false));
    store.putRequestBody(id, "{}");

    GatewayException refusal = catchThrowableOfType(GatewayException.class, this::response);

    assertThat(refusal.code()).isEqualTo(ErrorCode.RESPONSE_NOT_YET_RECORDED);
  }

  @Test
  void aPartThatCanNoLongerComeIsDoneWithout() {
    store.put(completed(true, false));
    time.advance(Duration.ofMinutes(3));

    JsonObject json = response();

    assertThat(json.text("status")).contains("completed");
    assertThat(json.items("output")).isEmpty();
    assertThat(time.rests()).isEmpty();
  }

  @Test
  void aFailedResponseNeedsNoAnswerToBeShown() {
    store.put(
        new Request.Failed(
            data(true, false), null, new FailureReason.TimedOut("connect"), null, START));
    store.putRequestBody(id, "{}");

    JsonObject json = response();

    assertThat(json.text("status")).contains("failed");
    assertThat(time.rests()).isEmpty();
  }

  private JsonObject response() {
    return reader.response(caller(), id.text(), false, deadline()).response();
  }

  private Request find(String text) {
    return lookup.find(ACCOUNT, text, deadline());
  }

  private GatewayException refusal(String text, Duration remaining) {
    return catchThrowableOfType(
        GatewayException.class, () -> lookup.find(ACCOUNT, text, time.deadlineIn(remaining)));
  }

  private Deadline deadline() {
    return time.deadlineIn(Duration.ofSeconds(29));
  }

  private Request completed(boolean stored, boolean deleted) {
    return new Request.Completed(data(stored, deleted), 200, false, null, 1L, START);
  }

  private RequestData data(boolean stored, boolean deleted) {
    return new RequestData(
        id,
        ACCOUNT,
        "key12345",
        Endpoint.CHAT_COMPLETIONS,
        "demo-echo",
        ServiceTier.DEFAULT,
        false,
        false,
        stored,
        START,
        START,
        START,
        false,
        deleted);
  }

  private static Caller caller() {
    return new Caller(
        new ApiKey("key12345", ACCOUNT, "key", new byte[32], 1, null, Set.of(), START, null, null));
  }
}
