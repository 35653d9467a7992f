package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static dev.sluice.gateway.inference.TestingUpstreamClient.broken;
import static dev.sluice.gateway.inference.TestingUpstreamClient.bytes;
import static dev.sluice.gateway.inference.TestingUpstreamClient.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.FinishedRecord;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.upstream.UpstreamBody;
import dev.sluice.upstream.UpstreamResult;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StreamRelayTest {

  private static final String HELLO = "{\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}";
  private static final String STOP =
      "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}";
  private static final String USAGE =
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}";

  private final InferenceBench bench = new InferenceBench();

  @Test
  void eachEventIsOneWriteUnderOurIdAndTheClientsModel() {
    bench.upstreams.planStream(
        bytes("data: " + HELLO + "\r\n\r\nda"),
        bytes("ta: " + STOP + "\n\ndata: " + USAGE + "\n\ndata: [DONE]\n\n"));

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    String id = reply.headers().get("x-sluice-response-id");
    String ours = ",\"id\":\"" + id + "\",\"model\":\"one\"}\n\n";
    assertThat(reply.writes())
        .containsExactly(
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]" + ours,
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]" + ours,
            "data: [DONE]\n\n");
    assertThat(reply.headers())
        .containsEntry("content-type", "text/event-stream")
        .containsEntry("cache-control", "no-store")
        .containsEntry("x-request-id", "req-1")
        .doesNotContainKey("x-sluice-overhead-ms");
    assertThat(bench.queue.finished().getFirst().usage()).isEqualTo(new Usage(1, 2, 0, 0));
  }

  @Test
  void usageIsShownToAClientThatAskedForIt() {
    bench.upstreams.planStream(event(HELLO), event(STOP), event(USAGE), event("[DONE]"));

    TestingReply reply =
        bench.chat(chatBody("one", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

    assertThat(reply.writes()).hasSize(4);
    assertThat(reply.writes().get(1)).contains("\"usage\":null");
    assertThat(reply.writes().get(2)).contains("\"completion_tokens\":2");
  }

  @Test
  void silenceIsFilledWithComments() {
    bench.upstreams.planStream(
        new UpstreamBody.Read.Silence(),
        event(HELLO),
        new UpstreamBody.Read.Silence(),
        event(STOP),
        event("[DONE]"));

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    assertThat(reply.writes()).hasSize(5);
    assertThat(reply.writes().get(0)).isEqualTo(": keep-alive\n\n");
    assertThat(reply.writes().get(2)).isEqualTo(": keep-alive\n\n");
  }

  @Test
  void anUpstreamThatOnlySendsCommentsIsSilentForTheClient() {
    UpstreamBody comments =
        new UpstreamBody() {
          private int reads;

          @Override
          public Read next(Duration patience) {
            bench.time.advance(Duration.ofSeconds(5));
            reads++;
            return reads <= 6 ? bytes(": processing\n\n") : new Read.End();
          }
        };
    bench.upstreams.plan(
        new UpstreamResult.Answered(200, Map.of("content-type", "text/event-stream"), comments));

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    assertThat(reply.writes())
        .filteredOn(": keep-alive\n\n"::equals)
        .as("30 seconds of comments, one keep-alive each 15 seconds")
        .hasSize(2);
  }

  @Test
  void anErrorInsideTheStreamIsToldAndRecorded() {
    bench.upstreams.planStream(
        event(HELLO), event("{\"error\":{\"message\":\"too long\",\"code\":400}}"), event(STOP));

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(reply.writes()).hasSize(3);
    assertThat(reply.writes().get(1)).startsWith("data: {\"error\":{").contains("too long");
    assertThat(reply.writes().get(2)).isEqualTo("data: [DONE]\n\n");
    assertThat(finished.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(finished.status()).isEqualTo(200);
    assertThat(finished.failure()).isInstanceOf(FailureReason.NonRetriableStatus.class);
    assertThat(InferenceBench.text(finished.response())).contains("\"content\":\"Hello\"");
  }

  @Test
  void anErrorOfTheOperatorsAccountIsMasked() {
    bench.upstreams.planStream(
        event("{\"error\":{\"message\":\"secret billing text\",\"code\":402}}"));

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    assertThat(reply.body()).contains("\"error\"").doesNotContain("billing");
  }

  @Test
  void anEndBeforeTheFinishIsNeverASuccess() {
    bench.upstreams.planStream(event(HELLO));

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(reply.writes()).hasSize(3);
    assertThat(reply.writes().get(1)).contains("upstream_invalid_response");
    assertThat(finished.failure()).isEqualTo(new TruncatedStream());
    assertThat(finished.usage()).isNull();
  }

  @Test
  void anIdleUpstreamEndsTheStreamWithATimeOut() {
    bench.upstreams.planStream(event(HELLO), broken(new TimedOut("idle")));

    TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

    assertThat(reply.writes().get(1)).contains("upstream_timeout");
    assertThat(bench.queue.finished().getFirst().failure()).isEqualTo(new TimedOut("idle"));
  }

  @ParameterizedTest
  @CsvSource({
    "stop,COMPLETED",
    "tool_calls,COMPLETED",
    "function_call,COMPLETED",
    "length,INCOMPLETE",
    "content_filter,INCOMPLETE",
    "error,FAILED",
    "abort,FAILED"
  })
  void theFinishReasonDecidesTheOutcome(String reason, Outcome outcome) {
    bench.upstreams.planStream(
        event(
            "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"%s\"}]}"
                .formatted(reason)),
        event("[DONE]"));

    bench.chat(chatBody("one", ",\"stream\":true"));

    assertThat(bench.queue.finished().getFirst().outcome()).isEqualTo(outcome);
  }
}
