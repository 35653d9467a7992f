package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static dev.sluice.gateway.inference.TestingUpstreamClient.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.Outcome;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import dev.sluice.upstream.UpstreamResult;
import dev.sluice.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What is recorded, and what waits for which acknowledgement.
final class RecordingTest {

  private static final String ANSWER =
      "{\"id\":\"up\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},"
          + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";
  private static final String CHUNK =
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";

  private final InferenceBench bench = new InferenceBench();

  @Test
  void nothingReachesTheClientBeforeTheStartIsAcknowledged() {
    bench.upstreams.planStream(event(CHUNK), event("[DONE]"));
    TestingReply reply = new TestingReply();
    List<String> seen = new ArrayList<>();
    bench.queue.beforeAcknowledging(record -> {
      if (record instanceof StartedRecord) {
        seen.add("begun " + bench.upstreams.requests().size() + ", sent " + reply.isStarted());
      }
    });

    bench.chat(chatBody("one", ",\"stream\":true"), reply);

    assertThat(seen).containsExactly("begun 1, sent false");
    assertThat(reply.status()).isEqualTo(200);
  }

  @Test
  void aStartThatCannotBeRecordedAbortsTheCall() {
    bench.upstreams.planJson(200, ANSWER);
    bench.queue.beforeAcknowledging(_ -> {
      throw TestingRecordQueue.refusal();
    });

    TestingReply reply = bench.chat(chatBody("one", ""));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.errorCode()).isEqualTo("overloaded");
    assertThat(reply.headers()).containsKeys("retry-after", "x-sluice-response-id");
    assertThat(bench.upstreams.closed()).isEqualTo(1);
    assertThat(bench.upstreams.awaited()).isZero();
    assertThat(bench.queue.records()).isEmpty();
  }

  @Test
  void aWholeBodyWaitsForItsRecord() {
    bench.upstreams.planJson(200, ANSWER);
    TestingReply reply = new TestingReply();
    List<Boolean> sentBefore = new ArrayList<>();
    bench.queue.beforeAcknowledging(_ -> sentBefore.add(reply.isStarted()));

    bench.chat(chatBody("one", ""), reply);

    assertThat(sentBefore).containsExactly(false, false);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.writes()).hasSize(1);
  }

  @Test
  void onlyDoneOfAStreamWaitsForItsRecord() {
    bench.upstreams.planStream(event(CHUNK), event("[DONE]"));
    TestingReply reply = new TestingReply();
    List<Integer> writesBefore = new ArrayList<>();
    bench.queue.beforeAcknowledging(_ -> writesBefore.add(reply.writes().size()));

    bench.chat(chatBody("one", ",\"stream\":true"), reply);

    assertThat(writesBefore).containsExactly(0, 1);
    assertThat(reply.writes()).hasSize(2);
    assertThat(reply.writes().getLast()).isEqualTo("data: [DONE]\n\n");
  }

  @Test
  void aWholeBodyThatCannotBeRecordedIsWithheld() {
    bench.upstreams.planJson(200, ANSWER);
    loseTheEnd();

    TestingReply reply = bench.chat(chatBody("one", ""));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.errorCode()).isEqualTo("overloaded");
    assertThat(reply.headers()).containsKey("retry-after");
    assertThat(reply.body()).doesNotContain("choices");
  }

  @Test
  void aStreamThatCannotBeRecordedEndsWithAnErrorAndWithoutDone() {
    bench.upstreams.planStream(event(CHUNK), event("[DONE]"));
    loseTheEnd();

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    assertThat(reply.writes()).hasSize(2);
    assertThat(reply.writes().getLast())
        .startsWith("data: {\"error\":{")
        .contains("\"code\":\"overloaded\"");
    assertThat(reply.body()).doesNotContain("[DONE]");
  }

  @Test
  void aRecordThatTheQueueRefusesIsSpilledAndTheAnswerGoesOut() {
    bench.upstreams.planJson(200, ANSWER);
    refuseTheEnd();

    TestingReply reply = bench.chat(chatBody("one", ""));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(bench.objects.list("spill/", 10)).hasSize(1);
  }

  @Test
  void bothRecordsSayWhatHappened() {
    bench.upstreams.planJson(200, ANSWER);
    String body = chatBody("one", ",\"service_tier\":\"priority\"");

    TestingReply reply = bench.chat(body);

    StartedRecord started = bench.queue.started().getFirst();
    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(started.head().requestId().text())
        .isEqualTo(reply.headers().get("x-sluice-response-id"))
        .isEqualTo(reply.json().text("id").orElseThrow());
    assertThat(bench.ids.canBelongTo(bench.account.id(), started.head().requestId())).isTrue();
    assertThat(started.head().tier()).isEqualTo(ServiceTier.PRIORITY);
    assertThat(started.head().model()).isEqualTo("one");
    assertThat(InferenceBench.text(started.request())).isEqualTo(body);
    assertThat(finished.head().requestId()).isEqualTo(started.head().requestId());
    assertThat(finished.head().eventId()).isNotEqualTo(started.head().eventId());
    assertThat(finished.head().startedAt()).isEqualTo(started.head().startedAt());
    assertThat(finished.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(finished.status()).isEqualTo(200);
    assertThat(finished.usage()).isEqualTo(new Usage(3, 4, 0, 0));
    assertThat(finished.timeToFirstByteMillis()).isNotNull();
    assertThat(InferenceBench.text(finished.response())).isEqualTo(reply.body());
    assertThat(finished.attempts())
        .singleElement()
        .satisfies(attempt -> {
          assertThat(attempt.upstream()).isEqualTo("up1");
          assertThat(attempt.upstreamModel()).isEqualTo("their-model-1");
          assertThat(attempt.status()).isEqualTo(200);
          assertThat(attempt.error()).isNull();
        });
  }

  @Test
  void aStreamIsRecordedAsTheObjectThatItAmountsTo() {
    bench.upstreams.planStream(event(CHUNK), event("[DONE]"));

    bench.chat(chatBody("one", ",\"stream\":true"));

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(finished.head().stream()).isTrue();
    assertThat(Json.objectOrEmpty(InferenceBench.text(finished.response()).getBytes(UTF_8)))
        .satisfies(completion -> {
          assertThat(completion.text("object")).contains("chat.completion");
          assertThat(completion.text("model")).contains("one");
          assertThat(completion.text("id")).contains(finished.head().requestId().text());
        });
  }

  @Test
  void withoutStoreNoBodyIsRecorded() {
    bench.upstreams.planJson(200, ANSWER);

    TestingReply reply = bench.chat(chatBody("one", ",\"store\":false"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(bench.queue.started().getFirst().request()).isNull();
    assertThat(bench.queue.finished().getFirst().response()).isNull();
    assertThat(bench.queue.records()).allMatch(record -> !record.head().store());
    assertThat(bench.queue.finished().getFirst().usage()).isEqualTo(new Usage(3, 4, 0, 0));
  }

  @Test
  void aClientThatLeavesIsServedForTheRecord() {
    bench.upstreams.planStream(
        event("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"),
        event("{\"choices\":[{\"delta\":{\"content\":\"b\"}}]}"),
        event("{\"choices\":[{\"delta\":{\"content\":\"c\"},\"finish_reason\":\"stop\"}]}"),
        event("[DONE]"));
    TestingReply reply = new TestingReply();
    reply.leaveAfter(1);

    bench.chat(chatBody("one", ",\"stream\":true"), reply);

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(finished.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(finished.clientDisconnected()).isTrue();
    assertThat(InferenceBench.text(finished.response())).contains("\"content\":\"abc\"");
    assertThat(reply.writes()).hasSize(1);
  }

  @Test
  void anErrorOfTheUpstreamIsARecordWithItsOwnStatusAndBody() {
    String error = "{\"error\":{\"message\":\"no such key\",\"type\":\"auth\"}}";
    bench.upstreams.planJson(401, error);

    TestingReply reply = bench.chat(chatBody("one", ""));

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.body()).doesNotContain("no such key");
    assertThat(reply.headers()).containsKey("x-sluice-response-id");
    assertThat(finished.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(finished.status()).isEqualTo(401);
    assertThat(finished.failure()).isEqualTo(FailureReason.ofStatus(401, error));
    assertThat(InferenceBench.text(finished.response())).isEqualTo(error);
  }

  @Test
  void aCallWithoutAnAnswerIsARecordWithoutAStatus() {
    bench.upstreams.planFailure(new NetworkError("connect", "No connection to the upstream."));

    TestingReply reply = bench.chat(chatBody("one", ""));

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.errorCode()).isEqualTo("upstream_unavailable");
    assertThat(finished.status()).isNull();
    assertThat(finished.failure()).isInstanceOf(NetworkError.class);
    assertThat(finished.response()).isNull();
  }

  @Test
  void aFaultOfTheGatewayStillEndsTheRecord() {
    bench.upstreams.plan(
        new UpstreamResult.Answered(
            200,
            Map.of("content-type", "application/json"),
            _ -> {
              throw new IllegalStateException("a bug");
            }));

    TestingReply reply = bench.chat(chatBody("one", ""));

    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.body()).doesNotContain("a bug");
    assertThat(bench.queue.finished().getFirst().failure())
        .isInstanceOf(FailureReason.CallLost.class);
  }

  @Test
  void aFaultInAStreamTellsTheClientAndEndsTheRecord() {
    bench.upstreams.plan(
        new UpstreamResult.Answered(
            200,
            Map.of("content-type", "text/event-stream"),
            _ -> {
              throw new IllegalStateException("a bug");
            }));

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.writes()).singleElement().asString().contains("internal_error");
    assertThat(bench.queue.finished()).hasSize(1);
  }

  @Test
  void theRecordLeavesTimeToAnswer() {
    bench.upstreams.planJson(200, ANSWER);
    refuseTheEnd();

    bench.chat(chatBody("one", ""));

    Duration rested = bench.time.rests().stream().reduce(Duration.ZERO, Duration::plus);
    assertThat(rested).isLessThanOrEqualTo(Duration.ofSeconds(10));
  }

  private void loseTheEnd() {
    refuseTheEnd();
    bench.objects.setDown(true);
  }

  private void refuseTheEnd() {
    bench.queue.beforeAcknowledging(RecordingTest::refuseFinished);
  }

  private static void refuseFinished(CompletionRecord record) {
    if (record instanceof FinishedRecord) {
      throw TestingRecordQueue.refusal();
    }
  }
}
