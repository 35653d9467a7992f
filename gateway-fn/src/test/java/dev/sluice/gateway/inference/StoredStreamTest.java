package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.account.ApiKey;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.read.ReplayReader;
import dev.sluice.gateway.read.ResponseLookup;
import dev.sluice.gateway.read.ResponseReader;
import dev.sluice.gateway.testing.TestingRequestStore;
import dev.sluice.gateway.testing.TestingTime;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
import dev.sluice.request.ServiceTier;
import dev.sluice.sandbox.SandboxLife;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Stored answers told again: as streams from any event on, and to repeated requests.
final class StoredStreamTest {

  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final UUID ACCOUNT = new UUID(1, 1);
  private static final String DONE = "data: [DONE]\n\n";
  private static final String CHAT =
      """
      {"id":"x","object":"chat.completion","created":1,"model":"demo-echo","choices":[{"index":0,\
      "finish_reason":"stop","message":{"role":"assistant","content":"Hello"}}]}\
      """;

  private final TestingTime time = new TestingTime(START);
  private final TestingRequestStore store = new TestingRequestStore();
  private final ResponseIds ids = new ResponseIds(new byte[32], time, new SecureRandom());
  private final ResponseLookup lookup = new ResponseLookup(store, ids, time, time);
  private final ReplayReader replays = new ReplayReader(store, new ResponseReader(store, lookup));
  private final TestingReply reply = new TestingReply();
  private final ResponseId id = ids.next(ACCOUNT);

  @Test
  void aStreamedResponseIsToldAsItsClientSawItFromAnyEventOn() {
    String frames = frame(0) + frame(1) + frame(2);
    store.put(completed(Endpoint.RESPONSES, true));
    store.putEvents(id, frames.getBytes(UTF_8));

    replay(Map.of());
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers()).containsEntry("content-type", "text/event-stream");
    assertThat(reply.writes()).containsExactly(frame(0), frame(1), frame(2), DONE);

    assertThat(replayed(0)).containsExactly(frame(1), frame(2), DONE);
    assertThat(replayed(1)).containsExactly(frame(2), DONE);
    assertThat(replayed(2)).containsExactly(DONE);
    assertThat(replayed(999_999_999)).containsExactly(DONE);
  }

  @Test
  void aChatIsToldAsTheEventsOfAResponseFromAnyEventOn() {
    chat(false);

    replay(Map.of());

    List<String> all = reply.writes();
    assertThat(all.getFirst()).startsWith("event: response.created\n");
    assertThat(all.get(all.size() - 2)).startsWith("event: response.completed\n");
    assertThat(all.getLast()).isEqualTo(DONE);
    assertThat(String.join("", all)).contains("\"delta\":\"Hello\"");
    for (int after = 0; after < all.size(); after++) {
      assertThat(replayed(after))
          .isEqualTo(all.subList(Math.min(after + 1, all.size() - 1), all.size()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "1.5", "+1", "1234567890"})
  void aBadCursorIsRefusedBeforeAnyByte(String cursor) {
    chat(false);

    GatewayException refusal = refusal(Map.of("starting_after", List.of(cursor)));

    assertThat(refusal.status()).isEqualTo(400);
    assertThat(refusal.param()).isEqualTo("starting_after");
    assertThat(reply.isStarted()).isFalse();
  }

  @Test
  void anUnknownResponseIsRefusedBeforeAnyByte() {
    time.advance(Duration.ofMinutes(3));

    assertThat(refusal(Map.of()).status()).isEqualTo(404);
    assertThat(reply.isStarted()).isFalse();
  }

  @Test
  void aResponseThatRunsIsWaitedForBehindKeepAlives() {
    store.put(new Request.Proxied(data(Endpoint.CHAT_COMPLETIONS, true)));
    store.onLook(() -> {
      if (time.instant().isAfter(START.plusSeconds(40))) {
        chat(true);
      }
    });

    replay(Map.of());

    assertThat(reply.writes().subList(0, 3))
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo(": keep-alive\n\n"),
            second -> assertThat(second).isEqualTo(": keep-alive\n\n"),
            third -> assertThat(third).startsWith("event: response.created\n"));
    assertThat(reply.writes().getLast()).isEqualTo(DONE);
    assertThat(time.rests().getFirst()).isEqualTo(Duration.ofMillis(50));
    assertThat(time.rests()).allMatch(rest -> rest.compareTo(Duration.ofSeconds(2)) <= 0);
  }

  @Test
  void whereTheTimeEndsFirstAnErrorSaysHowToResume() {
    store.put(new Request.Proxied(data(Endpoint.CHAT_COMPLETIONS, true)));

    GatewayException told = refusal(Map.of("starting_after", List.of("4")));

    assertThat(told.status()).isEqualTo(503);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.writes().getLast())
        .startsWith("event: error\ndata: {\"type\":\"error\",\"sequence_number\":5,")
        .contains("starting_after=4");
    assertThat(reply.writes()).doesNotContain(DONE);
  }

  @Test
  void nobodyWaitsForAClientThatHasLeft() {
    store.put(new Request.Proxied(data(Endpoint.CHAT_COMPLETIONS, true)));
    reply.leaveAfter(0);

    replay(Map.of());

    assertThat(time.instant()).isBefore(START.plusSeconds(20));
  }

  @Test
  void aRepeatGetsTheBodyOfTheFirst() {
    chat(false);

    repeat("{}");

    assertThat(reply.body()).isEqualTo(CHAT);
    assertThat(reply.headers())
        .containsEntry("x-sluice-response-id", id.text())
        .containsEntry("idempotent-replayed", "true")
        .containsEntry("content-type", "application/json");
  }

  @Test
  void aRepeatOfAStreamedChatGetsChunks() {
    chat(true);

    repeat("{\"stream\":true}");

    assertThat(reply.headers())
        .containsEntry("idempotent-replayed", "true")
        .containsEntry("content-type", "text/event-stream");
    assertThat(reply.body()).contains("chat.completion.chunk", "Hello").endsWith(DONE);
  }

  @Test
  void aRepeatOfAStreamedResponseGetsItsEvents() {
    store.put(completed(Endpoint.RESPONSES, true));
    store.putResponseBody(id, "{}");
    store.putEvents(id, (frame(0) + frame(1)).getBytes(UTF_8));

    repeat("{\"stream\":true}");

    assertThat(reply.writes()).containsExactly(frame(0), frame(1), DONE);
  }

  @Test
  void aRepeatOfARefusedRequestIsRefusedWithTheSameWords() {
    store.put(
        new Request.Failed(
            data(Endpoint.CHAT_COMPLETIONS, false),
            400,
            FailureReason.ofStatus(400, "{\"error\":{\"message\":\"No such tool\"}}"),
            null,
            START));

    GatewayException refusal = catchRefusal(() -> repeat("{}"));

    assertThat(refusal.status()).isEqualTo(400);
    assertThat(refusal.message()).isEqualTo("No such tool");
    assertThat(refusal.headers())
        .containsEntry("x-sluice-response-id", id.text())
        .containsEntry("idempotent-replayed", "true");
  }

  @Test
  void anAnswerThatIsGoneIsAConflict() {
    GatewayException refusal = catchRefusal(() -> repeat("{}"));

    assertThat(refusal.status()).isEqualTo(409);
    assertThat(refusal.headers()).containsEntry("x-should-retry", "false");
  }

  private void chat(boolean stream) {
    store.put(completed(Endpoint.CHAT_COMPLETIONS, stream));
    store.putRequestBody(id, "{}");
    store.putResponseBody(id, CHAT);
  }

  private static String frame(int number) {
    return "event: e\ndata: {\"type\":\"e\",\"sequence_number\":" + number + "}\n\n";
  }

  private void replay(Map<String, List<String>> query) {
    serve(query, reply);
  }

  private List<String> replayed(int after) {
    TestingReply fresh = new TestingReply();
    serve(Map.of("starting_after", List.of(String.valueOf(after))), fresh);
    return fresh.writes();
  }

  private void serve(Map<String, List<String>> query, TestingReply to) {
    SandboxLife life = new SandboxLife(List::of, List::of, false);
    EndedAnswers answers = new EndedAnswers(store, replays);
    EndWait wait = new EndWait(store, life, time);
    FollowedStream followed =
        new FollowedStream(lookup, replays, answers, wait, InferenceBench.SETTINGS);
    new StoredStream(lookup, replays, followed)
        .serve(inbound(query, ""), id.text(), caller(), new ClientReply(to));
  }

  private void repeat(String body) {
    new IdempotentReplay(store, new EndedAnswers(store, replays))
        .replay(caller(), id, inbound(Map.of(), body), new ClientReply(reply));
  }

  private GatewayException refusal(Map<String, List<String>> query) {
    return catchRefusal(() -> replay(query));
  }

  private static GatewayException catchRefusal(Runnable action) {
    try {
      action.run();
    } catch (GatewayException e) {
      return e;
    }
    throw new AssertionError("It was not refused");
  }

  private InboundRequest inbound(Map<String, List<String>> query, String body) {
    Map<String, List<String>> all = new HashMap<>(query);
    all.put("stream", List.of("true"));
    return new InboundRequest(
        "GET",
        "/v1/responses/" + id.text(),
        Map.of(),
        all,
        body.getBytes(UTF_8),
        "request-1",
        "trace-1",
        time.deadlineIn(Duration.ofMinutes(2)));
  }

  private Request completed(Endpoint endpoint, boolean stream) {
    return new Request.Completed(data(endpoint, stream), 200, false, null, 1L, START);
  }

  private RequestData data(Endpoint endpoint, boolean stream) {
    return new RequestData(
        id,
        ACCOUNT,
        "key12345",
        endpoint,
        "demo-echo",
        ServiceTier.DEFAULT,
        stream,
        false,
        true,
        START,
        START,
        START,
        false,
        false);
  }

  private static Caller caller() {
    return new Caller(
        new ApiKey("key12345", ACCOUNT, "key", new byte[32], 1, null, Set.of(), START, null, null));
  }
}
