package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.START;
import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.FailureReason;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.telemetry.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the clients of queued requests get, and when.
final class QueuedAnswersTest {

  private static final String DONE = "data: [DONE]\n\n";
  private static final String KEEP_ALIVE = ": keep-alive\n\n";
  private static final String FLEX = ",\"service_tier\":\"flex\"";
  private static final String STREAM = FLEX + ",\"stream\":true";
  private static final String COMPLETION =
      """
      {"id":"x","object":"chat.completion","created":1,"model":"one","choices":[{"index":0,\
      "finish_reason":"stop","message":{"role":"assistant","content":"Hello"}}],\
      "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\
      """;

  private final InferenceBench bench = new InferenceBench();

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/v1/embeddings", "/v1/responses"})
  void theClientOfAFlexRequestWaitsForItsAnswer(String path) {
    endAfter(
        Duration.ofSeconds(30), data -> InferenceBench.completed(data), "{\"the\":\"answer\"}");

    TestingReply reply = bench.post(path, flexBody(path));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("{\"the\":\"answer\"}");
    assertThat(reply.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("x-sluice-response-id", bench.queued().id().text());
    assertThat(bench.time.rests().subList(0, 6))
        .extracting(Duration::toMillis)
        .containsExactly(50L, 100L, 200L, 400L, 800L, 1_000L);
    assertThat(bench.time.rests()).allMatch(rest -> rest.toMillis() <= 1_000);
    assertThat(bench.counted(Metric.FLEX_WAIT, bench.queued().endpoint().label())).isEqualTo(1);
    assertThat(bench.upstreams.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "400, bad_thing, 400, bad_thing",
    "429, , 429, rate_limit_exceeded",
    "503, , 503, upstream_overloaded",
    "500, , 502, upstream_unavailable"
  })
  void aFailedFlexRequestIsTheErrorOfItsUpstream(
      int upstream, @Nullable String word, int status, String code) {
    String error =
        word == null
            ? "{\"error\":{\"message\":\"no\"}}"
            : "{\"error\":{\"message\":\"no\",\"code\":\"" + word + "\"}}";
    failAfter(Duration.ofSeconds(2), FailureReason.ofStatus(upstream, error));

    TestingReply reply = bench.post("/v1/responses", flexBody("/v1/responses"));

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.errorCode()).isEqualTo(code);
    assertThat(reply.headers()).containsEntry("x-sluice-response-id", bench.queued().id().text());
  }

  @Test
  void aRequestThatWasNotBegunInTimeSaysSo() {
    failAfter(Duration.ofSeconds(2), new FailureReason.DeadlineExceeded());

    TestingReply reply = bench.chat(chatBody("one", FLEX));

    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.errorCode()).isEqualTo("deadline_exceeded");
  }

  @Test
  void aRequestWhoseWorkersWereLostSaysSo() {
    failAfter(Duration.ofSeconds(2), new FailureReason.WorkerLost());

    TestingReply reply = bench.chat(chatBody("one", FLEX));

    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.errorCode()).isEqualTo("worker_lost");
  }

  @Test
  void aRequestThatTheDaemonRefusesIsTheClientsToCorrect() {
    failAfter(Duration.ofSeconds(2), new FailureReason.RequestRejected("Its parent is gone."));

    TestingReply reply = bench.chat(chatBody("one", FLEX));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.error().text("message")).contains("Its parent is gone.");
  }

  @Test
  void aResponseThatTakesLongerThanTheConnectionMayStayIsToldAsItIs() {
    TestingReply reply = bench.post("/v1/responses", flexBody("/v1/responses"));

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.json().text("status")).contains("queued");
    assertThat(reply.headers())
        .containsEntry("x-sluice-response-id", bench.queued().id().text())
        .containsEntry("openai-poll-after-ms", "1000");
    assertThat(Duration.between(START, bench.time.instant()))
        .isBetween(Duration.ofSeconds(270), Duration.ofSeconds(271));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/v1/embeddings"})
  void whereNoObjectCanBeGivenTheErrorSaysHowToFetchTheAnswer(String path) {
    TestingReply reply = bench.post(path, flexBody(path));

    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.errorCode()).isEqualTo("flex_wait_exceeded");
    assertThat(reply.error().text("message").orElseThrow()).contains(bench.queued().id().text());
    assertThat(reply.headers())
        .containsEntry("x-should-retry", "false")
        .containsEntry("x-sluice-response-id", bench.queued().id().text());
    assertThat(bench.requests.rows()).singleElement().isInstanceOf(Request.Pending.class);
  }

  @Test
  void aCancelledResponseIsToldAsTheObject() {
    endAfter(Duration.ofSeconds(5), data -> new Request.Canceled(data, null, START), null);

    TestingReply reply = bench.post("/v1/responses", flexBody("/v1/responses"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().text("status")).contains("cancelled");
  }

  @Test
  void aCancelledChatIsAConflictThatNobodyRetries() {
    endAfter(Duration.ofSeconds(5), data -> new Request.Canceled(data, null, START), null);

    TestingReply reply = bench.chat(chatBody("one", FLEX));

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.errorCode()).isEqualTo("request_cancelled");
    assertThat(reply.headers()).containsEntry("x-should-retry", "false");
  }

  @Test
  void aResponseThatIsDeletedMeanwhileIsNotThere() {
    bench.afterQueued(
        Duration.ofSeconds(5),
        data -> {
          var _ = bench.requests.delete(data.accountId(), data.id());
        });

    assertThat(bench.post("/v1/responses", flexBody("/v1/responses")).status()).isEqualTo(404);
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsAskedAgainUntilTheEnd() {
    bench.requests.onLook(() -> {
      if (bench.time.instant().isAfter(START.plusSeconds(60))) {
        finish(data -> InferenceBench.completed(data), "{\"the\":\"answer\"}");
      } else if (bench.time.instant().isAfter(START)) {
        throw new StoreUnavailableException("down", new IOException());
      }
    });

    assertThat(bench.chat(chatBody("one", FLEX)).body()).isEqualTo("{\"the\":\"answer\"}");
  }

  @Test
  void aDatabaseThatStaysAwayLeavesTheRequestWhereItIs() {
    bench.requests.onLook(() -> {
      if (bench.time.instant().isAfter(START)) {
        throw new StoreUnavailableException("down", new IOException());
      }
    });

    TestingReply reply = bench.post("/v1/responses", flexBody("/v1/responses"));

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.headers()).containsEntry("x-sluice-response-id", bench.queued().id().text());
  }

  @Test
  void aRetryOfAnSdkWaitsForTheAnswerOfTheFirst() {
    TestingReply first = bench.chat(chatBody("one", FLEX));
    bench.endQueued(COMPLETION);

    TestingReply retry =
        bench.send(
            bench.request(
                "POST",
                "/v1/chat/completions",
                Map.of("X-Stainless-Retry-Count", "1"),
                chatBody("one", FLEX).getBytes(UTF_8)),
            new TestingReply());

    assertThat(first.status()).isEqualTo(504);
    assertThat(retry.body()).isEqualTo(COMPLETION);
    assertThat(retry.headers())
        .containsEntry("idempotent-replayed", "true")
        .containsEntry("x-sluice-response-id", first.headers().get("x-sluice-response-id"));
  }

  @Test
  void aBackgroundResponseThatHasEndedIsGivenToARepeatAsItIs() {
    Map<String, String> key = Map.of("Idempotency-Key", "order-1");
    byte[] body = responsesBody(",\"background\":true").getBytes(UTF_8);
    var _ = bench.send(bench.request("POST", "/v1/responses", key, body), new TestingReply());
    bench.endQueued("{}");

    TestingReply repeat =
        bench.send(bench.request("POST", "/v1/responses", key, body), new TestingReply());

    assertThat(repeat.status()).isEqualTo(200);
    assertThat(repeat.json().text("status")).contains("completed");
    assertThat(repeat.headers()).doesNotContainKey("openai-poll-after-ms");
  }

  @ParameterizedTest
  @ValueSource(strings = {STREAM, ",\"background\":true,\"stream\":true"})
  void aStreamedResponseOpensAtOnceAndGoesOnWhenItsAnswerIsWhole(String members) {
    // The upstream's own default differs from ours, and only the end may say so.
    endAfter(
        Duration.ofSeconds(40),
        InferenceBench::completed,
        """
        {"id":"%s","object":"response","status":"completed","temperature":0.7,"output":[{"type":"message",\
        "id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text",\
        "text":"Hello","annotations":[],"logprobs":[]}]}]}\
        """);

    TestingReply reply = bench.post("/v1/responses", responsesBody(members));

    List<String> writes = reply.writes();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers())
        .containsEntry("content-type", "text/event-stream")
        .containsEntry("x-sluice-response-id", bench.queued().id().text());
    assertThat(writes.get(0))
        .startsWith("event: response.created\n")
        .contains("\"sequence_number\":0", "\"temperature\":1,", "\"status\":\"in_progress\"");
    assertThat(writes.get(1))
        .startsWith("event: response.in_progress\n")
        .contains("\"sequence_number\":1");
    assertThat(writes.subList(2, 4)).containsExactly(KEEP_ALIVE, KEEP_ALIVE);
    assertThat(writes.get(4)).startsWith("event: response.output_item.added\n");
    assertThat(writes.get(writes.size() - 2))
        .startsWith("event: response.completed\n")
        .contains("\"temperature\":0.7");
    assertThat(writes.getLast()).isEqualTo(DONE);
    String told = reply.body().replace(KEEP_ALIVE, "");
    assertThat(replay("stream=true")).isEqualTo(told);
    assertThat(replay("stream=true&starting_after=1"))
        .isEqualTo(told.substring(writes.get(0).length() + writes.get(1).length()));
  }

  @Test
  void aClientMayLeaveAndComeBackToWhatItHasNotSeen() {
    TestingReply leaving = new TestingReply();
    leaving.leaveAfter(3);
    String members = ",\"background\":true,\"stream\":true";
    TestingReply reply =
        bench.send(
            bench.request(
                "POST", "/v1/responses", Map.of(), responsesBody(members).getBytes(UTF_8)),
            leaving);

    assertThat(Duration.between(START, bench.time.instant()))
        .as("nobody polls for a client that has left")
        .isLessThan(Duration.ofSeconds(35));
    assertThat(reply.writes()).hasSize(3);

    endAfter(Duration.ofSeconds(90), InferenceBench::completed, "{}");
    TestingReply back =
        bench.get("/v1/responses/" + bench.queued().id().text(), "stream=true&starting_after=0");

    assertThat(back.writes().getFirst()).isEqualTo(reply.writes().get(1));
    assertThat(back.writes().getLast()).isEqualTo(DONE);
    assertThat(back.body()).contains("event: response.completed\n");
  }

  @Test
  void aStreamedResponseThatFailsSaysSoInItsLastEvent() {
    failAfter(Duration.ofSeconds(2), FailureReason.ofStatus(500, ""));

    TestingReply reply = bench.post("/v1/responses", responsesBody(STREAM));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.writes()).hasSize(4);
    assertThat(reply.writes().get(2)).startsWith("event: response.failed\n");
    assertThat(reply.writes().get(3)).isEqualTo(DONE);
  }

  @Test
  void aStreamThatMustEndBeforeItsAnswerSaysHowToResume() {
    TestingReply reply = bench.post("/v1/responses", responsesBody(STREAM));

    assertThat(reply.writes().getLast())
        .startsWith("event: error\ndata: {\"type\":\"error\",\"sequence_number\":2,")
        .contains("starting_after=1");
    assertThat(reply.body()).doesNotContain("[DONE]");
    assertThat(bench.requests.rows()).singleElement().isInstanceOf(Request.Pending.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStreamedChatIsToldInChunksWhenItsAnswerIsWhole(boolean usage) {
    endAfter(Duration.ofSeconds(20), InferenceBench::completed, COMPLETION);

    TestingReply reply =
        bench.chat(
            chatBody("one", STREAM + ",\"stream_options\":{\"include_usage\":" + usage + "}"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.writes().getFirst()).isEqualTo(KEEP_ALIVE);
    assertThat(reply.writes().get(1)).contains("chat.completion.chunk");
    assertThat(reply.body()).contains("Hello").endsWith(DONE);
    assertThat(reply.body().contains("\"total_tokens\":3")).isEqualTo(usage);
  }

  @Test
  void aStreamedChatThatFailsEndsWithOneError() {
    failAfter(
        Duration.ofSeconds(2), FailureReason.ofStatus(400, "{\"error\":{\"message\":\"no\"}}"));

    TestingReply reply = bench.chat(chatBody("one", STREAM));

    assertThat(reply.writes()).hasSize(2);
    assertThat(reply.writes().getFirst())
        .startsWith("data: {\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"");
    assertThat(reply.writes().getLast()).isEqualTo(DONE);
  }

  @Test
  void aStreamedChatThatIsCancelledOrTakesTooLongEndsWithOneError() {
    TestingReply tooLong = bench.chat(chatBody("one", STREAM));
    String late = tooLong.body().replace(KEEP_ALIVE, "");
    endAfter(Duration.ofSeconds(1), data -> new Request.Canceled(data, null, START), null);

    TestingReply cancelled = bench.chat(chatBody("one", STREAM));

    assertThat(late).startsWith("data: {\"error\"").contains("flex_wait_exceeded").endsWith(DONE);
    assertThat(cancelled.writes().getFirst()).contains("request_cancelled");
    assertThat(cancelled.writes().getLast()).isEqualTo(DONE);
  }

  private static String flexBody(String path) {
    return switch (path) {
      case "/v1/chat/completions" -> chatBody("one", FLEX);
      case "/v1/embeddings" -> "{\"model\":\"embed\",\"input\":\"hi\"" + FLEX + "}";
      default -> responsesBody(FLEX);
    };
  }

  private static String responsesBody(String members) {
    return "{\"model\":\"talk\",\"input\":\"hi\"" + members + "}";
  }

  private String replay(String query) {
    return bench.get("/v1/responses/" + bench.queued().id().text(), query).body();
  }

  private void failAfter(Duration time, FailureReason reason) {
    endAfter(time, data -> new Request.Failed(data, null, reason, null, START), null);
  }

  /// The last queued request has ended so long after now.
  ///
  /// @param answer in which `%s` stands for its id; null for none
  private void endAfter(
      Duration time, Function<RequestData, Request> end, @Nullable String answer) {
    bench.afterQueued(time, data -> finish(end, answer));
  }

  private void finish(Function<RequestData, Request> end, @Nullable String answer) {
    ResponseId id = bench.queued().id();
    bench.requests.put(end.apply(bench.queued()));
    if (answer != null) {
      bench.requests.putResponseBody(id, answer.replace("%s", id.text()));
    }
  }
}
