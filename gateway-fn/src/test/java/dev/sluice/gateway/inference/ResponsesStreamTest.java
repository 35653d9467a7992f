package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.TestingUpstreamClient.broken;
import static dev.sluice.gateway.inference.TestingUpstreamClient.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Outcome;
import dev.sluice.upstream.UpstreamBody;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the path promises for streamed responses, whatever a translation makes of the bytes.
final class ResponsesStreamTest {

  private static final String DONE = "data: [DONE]\n\n";

  private final InferenceBench bench = new InferenceBench();

  @BeforeEach
  void translateByTheTestsOwnRules() {
    bench.translator = TestingTranslation::new;
  }

  @Test
  void theTerminalEventWaitsForItsRecord() {
    bench.upstreams.planStream(bytes("Hel"), bytes("lo"), bytes("end"));
    TestingReply reply = new TestingReply();
    List<String> seenByTheRecord = new ArrayList<>();
    bench.queue.beforeAcknowledging(record -> {
      if (record instanceof FinishedRecord) {
        seenByTheRecord.addAll(reply.writes());
      }
    });

    respond("talk", ",\"stream\":true", reply);

    assertThat(seenByTheRecord)
        .containsExactly(
            "event: response.created\ndata: {}\n\n",
            "event: response.in_progress\ndata: {}\n\n",
            delta("Hel"),
            delta("lo"));
    assertThat(reply.writes()).hasSize(6).startsWith(seenByTheRecord.toArray(String[]::new));
    assertThat(reply.writes().get(4)).startsWith("event: response.completed\n");
    assertThat(reply.writes().get(5)).isEqualTo(DONE);
    assertThat(reply.headers())
        .containsEntry("content-type", "text/event-stream")
        .containsKey("x-sluice-response-id");
  }

  @Test
  void theTerminalEventShowsTheStoredAnswer() {
    bench.upstreams.planStream(bytes("Hello"), bytes("end"));

    TestingReply reply = respond("talk", ",\"stream\":true");

    FinishedRecord finished = bench.queue.finished().getFirst();
    String stored = InferenceBench.text(finished.response());
    assertThat(reply.writes().get(3))
        .isEqualTo("event: response.completed\ndata: " + stored + "\n\n");
    assertThat(stored).contains("\"completed_at\":\"" + finished.completedAt() + "\"");
    assertThat(finished.head().endpoint()).isEqualTo(Endpoint.RESPONSES);
    assertThat(finished.head().stream()).isTrue();
  }

  @Test
  void theRecordHasEveryEventThatTheClientGot() {
    bench.upstreams.planStream(
        bytes("Hel"), new UpstreamBody.Read.Silence(), bytes("lo"), bytes("end"));

    TestingReply reply = respond("talk", ",\"stream\":true");

    RecordBody events = bench.queue.finished().getFirst().events();
    String told = reply.body().replace(": keep-alive\n\n", "").replace(DONE, "");
    assertThat(InferenceBench.text(events)).isEqualTo(told).contains("response.completed");
    assertThat(events)
        .isInstanceOfSatisfying(
            RecordBody.Inline.class,
            inline -> assertThat(inline.contentType()).isEqualTo("text/event-stream"));
  }

  @Test
  void aClientMayAskForTheWordsOfOpenResponses() {
    bench.upstreams.planStream(bytes("Hello"), bytes("end"));
    TestingReply reply = new TestingReply();

    bench.send(
        bench.request(
            "POST",
            "/v1/responses",
            Map.of("X-Sluice-Dialect", "Open-Responses"),
            "{\"model\":\"talk\",\"input\":\"hi\",\"stream\":true}".getBytes(UTF_8)),
        reply);

    assertThat(reply.writes().get(2))
        .startsWith("event: response.reasoning.delta\n")
        .endsWith("data: {\"type\":\"response.reasoning.delta\",\"delta\":\"Hello\"}\n\n");
    assertThat(InferenceBench.text(bench.queue.finished().getFirst().events()))
        .as("what is recorded is in OpenAI's words")
        .contains("response.reasoning_text.delta")
        .doesNotContain("response.reasoning.delta");
  }

  @Test
  void anEndThatCannotBeRecordedIsAnErrorWithoutDone() {
    bench.upstreams.planStream(bytes("Hello"), bytes("end"));
    loseTheEnd();

    TestingReply reply = respond("talk", ",\"stream\":true");

    assertThat(reply.writes()).hasSize(4);
    assertThat(reply.writes().getLast()).startsWith("event: error\n").contains("overloaded");
    assertThat(reply.body()).doesNotContain("response.completed").doesNotContain("[DONE]");
  }

  @Test
  void aFailureThatCannotBeRecordedIsAnErrorWithoutDone() {
    bench.upstreams.planStream(bytes("Hello"));
    loseTheEnd();

    TestingReply reply = respond("talk", ",\"stream\":true");

    assertThat(reply.writes().getLast()).startsWith("event: error\n");
    assertThat(reply.body()).doesNotContain("response.failed").doesNotContain("[DONE]");
  }

  @Test
  void aFailureIsToldByTheTerminalEventAlone() {
    bench.upstreams.planStream(bytes("Hello"));

    TestingReply reply = respond("talk", ",\"stream\":true");

    assertThat(reply.writes()).hasSize(5);
    assertThat(reply.writes().get(3)).startsWith("event: response.failed\n");
    assertThat(reply.writes().get(4)).isEqualTo(DONE);
    assertThat(reply.body()).doesNotContain("event: error");
    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(finished.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(finished.failure()).isEqualTo(new TruncatedStream());
    assertThat(InferenceBench.text(finished.response())).contains("\"status\":\"failed\"");
  }

  @Test
  void aBrokenUpstreamIsRecordedWithItsReason() {
    bench.upstreams.planStream(bytes("Hello"), broken(new TimedOut("idle")));

    TestingReply reply = respond("talk", ",\"stream\":true");

    assertThat(reply.writes().get(3)).startsWith("event: response.failed\n");
    assertThat(bench.queue.finished().getFirst().failure()).isEqualTo(new TimedOut("idle"));
  }

  @Test
  void aFaultOfTheGatewayIsAnErrorWithoutDone() {
    bench.upstreams.planStream(bytes("Hello"), bytes("fault"));

    TestingReply reply = respond("talk", ",\"stream\":true");

    assertThat(reply.writes().getLast())
        .startsWith("event: error\n")
        .contains("internal_error")
        .doesNotContain("a fault of a translation");
    assertThat(reply.body()).doesNotContain("[DONE]");
    assertThat(bench.queue.finished().getFirst().outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void silenceIsFilledWithCommentsAfterTheFirstEvents() {
    bench.upstreams.planStream(
        new UpstreamBody.Read.Silence(),
        bytes("Hello"),
        new UpstreamBody.Read.Silence(),
        bytes("end"));

    TestingReply reply = respond("talk", ",\"stream\":true");

    assertThat(reply.writes()).hasSize(7);
    assertThat(reply.writes().get(1)).startsWith("event: response.in_progress\n");
    assertThat(reply.writes().get(2)).isEqualTo(": keep-alive\n\n");
    assertThat(reply.writes().get(4)).isEqualTo(": keep-alive\n\n");
  }

  @Test
  void aClientThatLeavesIsRecordedAndTheAnswerIsWhole() {
    bench.upstreams.planStream(bytes("Hel"), bytes("lo"), bytes("end"));
    TestingReply reply = new TestingReply();
    reply.leaveAfter(3);

    respond("talk", ",\"stream\":true", reply);

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(reply.writes()).hasSize(3);
    assertThat(finished.clientDisconnected()).isTrue();
    assertThat(finished.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(InferenceBench.text(finished.response())).contains("\"text\":\"Hello\"");
    assertThat(InferenceBench.text(finished.events())).contains("event: response.completed");
  }

  private static String delta(String text) {
    return "event: response.reasoning_text.delta\ndata: %s\n\n"
        .formatted(new String(TestingTranslation.delta(text), UTF_8));
  }

  private void loseTheEnd() {
    bench.objects.setDown(true);
    bench.queue.beforeAcknowledging(record -> {
      if (record instanceof FinishedRecord) {
        bench.time.advance(Duration.ofSeconds(1));
        throw TestingRecordQueue.refusal();
      }
    });
  }

  private TestingReply respond(String model, String more) {
    return respond(model, more, new TestingReply());
  }

  private TestingReply respond(String model, String more, TestingReply reply) {
    String body = "{\"model\":\"%s\",\"input\":\"hi\"%s}".formatted(model, more);
    return bench.send(
        bench.request("POST", "/v1/responses", Map.of(), body.getBytes(UTF_8)), reply);
  }
}
