package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static dev.sluice.gateway.inference.TestingUpstreamClient.broken;
import static dev.sluice.gateway.inference.TestingUpstreamClient.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.FinishedRecord;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.upstream.UpstreamResult;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class FallbackTest {

  private static final String GOOD =
      "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";

  private final InferenceBench bench = new InferenceBench();

  @ParameterizedTest
  @CsvSource({
    "429,true",
    "500,true",
    "502,true",
    "503,true",
    "504,true",
    "529,true",
    "400,false",
    "401,false",
    "404,false",
    "408,false",
    "409,false",
    "422,false",
    "307,false"
  })
  void aStatusThatAnotherTargetMayNotHaveIsPassedOver(int status, boolean passedOver) {
    bench.upstreams.planJson(status, "{\"error\":{\"message\":\"no\"}}");
    bench.upstreams.planJson(200, GOOD);

    TestingReply reply = bench.chat(chatBody("two", ""));

    assertThat(bench.upstreams.requests()).hasSize(passedOver ? 2 : 1);
    assertThat(reply.status() == 200).isEqualTo(passedOver);
  }

  static Stream<FailureReason> unanswered() {
    return Stream.of(
        new NetworkError("connect", "none"),
        new NetworkError("tls", "none"),
        new NetworkError("reset", "none"),
        new TimedOut("connect"),
        new TimedOut("first_byte"));
  }

  @ParameterizedTest
  @MethodSource("unanswered")
  void aTargetThatDoesNotAnswerIsPassedOver(FailureReason reason) {
    bench.upstreams.planFailure(reason);
    bench.upstreams.planJson(200, GOOD);

    TestingReply reply = bench.chat(chatBody("two", ""));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(bench.upstreams.body(0)).contains("\"model\":\"their-model-1\"");
    assertThat(bench.upstreams.body(1)).contains("\"model\":\"their-model-2\"");
  }

  @Test
  void anInterruptedCallIsNotRepeated() {
    bench.upstreams.planFailure(new CallLost("interrupted"));

    TestingReply reply = bench.chat(chatBody("two", ""));

    assertThat(reply.status()).isEqualTo(500);
    assertThat(bench.upstreams.requests()).hasSize(1);
  }

  @Test
  void everyCallIsAnAttemptOfTheRecord() {
    bench.upstreams.planFailure(new TimedOut("first_byte"));
    bench.upstreams.planJson(503, "{}");
    bench.upstreams.planJson(200, GOOD);

    bench.chat(chatBody("three", ""));

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(finished.attempts())
        .extracting(attempt -> attempt.upstream() + " " + attempt.status() + " " + attempt.error())
        .containsExactly("up1 null timed_out", "up2 503 retriable_status", "up3 200 null");
    assertThat(finished.attempts())
        .extracting(FinishedRecord.Attempt::attemptId)
        .doesNotHaveDuplicates();
    assertThat(bench.upstreams.closed()).isEqualTo(3);
  }

  @Test
  void theLastTargetsAnswerIsTheAnswer() {
    bench.upstreams.planJson(500, "{}");
    bench.upstreams.plan(
        new UpstreamResult.Answered(
            429,
            Map.of(
                "content-type",
                "application/json",
                "retry-after",
                "7",
                "x-ratelimit-remaining-tokens",
                "0"),
            TestingUpstreamClient.body(
                TestingUpstreamClient.bytes("{\"error\":{\"message\":\"slow down\"}}"))));

    TestingReply reply = bench.chat(chatBody("two", ""));

    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.headers())
        .containsEntry("retry-after", "7")
        .containsEntry("x-ratelimit-remaining-tokens", "0")
        .containsKey("x-sluice-response-id");
    assertThat(reply.body()).contains("slow down");
  }

  @Test
  void nothingIsRepeatedAfterTheFirstByteOfAnAnswer() {
    bench.upstreams.planStream(
        event("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"),
        broken(new NetworkError("reset", "broke")));

    TestingReply reply = bench.chat(chatBody("two", ",\"stream\":true"));

    assertThat(bench.upstreams.requests()).hasSize(1);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.writes()).hasSize(3);
    assertThat(reply.writes().get(1)).contains("upstream_invalid_response");
    assertThat(bench.queue.finished().getFirst().attempts().getFirst().error())
        .isEqualTo("truncated_stream");
  }

  @Test
  void aCallGetsTheSmallestOfAllTimeLimits() {
    bench.upstreams.planJson(200, GOOD);
    bench.upstreams.planStream(event("[DONE]"));

    bench.chat(chatBody("one", ""));
    bench.chat(chatBody("one", ",\"stream\":true"));

    assertThat(bench.upstreams.requests())
        .extracting(request -> request.total())
        .containsExactly(Duration.ofMinutes(4), Duration.ofMinutes(14));
  }

  @Test
  void aTimeOutIsA504ThatSaysWhatToDo() {
    bench.upstreams.planFailure(new TimedOut("total"));

    TestingReply reply = bench.chat(chatBody("one", ""));

    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.errorCode()).isEqualTo("upstream_timeout");
    assertThat(reply.body()).contains("stream: true");
  }
}
