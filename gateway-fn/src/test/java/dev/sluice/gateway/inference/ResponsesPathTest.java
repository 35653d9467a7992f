package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.TestingUpstreamClient.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.FinishedRecord;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.upstream.Upstream.Protocol;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the path promises for responses, whatever a translation makes of the bytes.
final class ResponsesPathTest {

  private final InferenceBench bench = new InferenceBench();

  @BeforeEach
  void translateByTheTestsOwnRules() {
    bench.translator = TestingTranslation::new;
  }

  @Test
  void bothRecordsNameTheResponseThatIsContinued() {
    ResponseId previous = bench.ids.next(bench.account.id());
    bench.history = (_, _, _) -> List.of();
    bench.upstreams.planJson(200, "{\"text\":\"Hello\"}");
    bench.upstreams.planJson(200, "{\"text\":\"Hello\"}");

    respond("talk", ",\"previous_response_id\":\"" + previous.uuid() + "\"");
    respond("talk", "");

    assertThat(bench.queue.records())
        .extracting(record -> Optional.ofNullable(record.head().previousId()))
        .containsExactly(
            Optional.of(previous), Optional.of(previous), Optional.empty(), Optional.empty());
  }

  @Test
  void aWholeAnswerWaitsForItsRecordAndIsWhatIsStored() {
    bench.upstreams.planJson(200, "{\"text\":\"Hello\"}");
    TestingReply reply = new TestingReply();
    List<Boolean> sentBefore = new ArrayList<>();
    bench.queue.beforeAcknowledging(_ -> sentBefore.add(reply.isStarted()));

    respond("talk", "", reply);

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(sentBefore).containsExactly(false, false);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo(InferenceBench.text(finished.response()));
    assertThat(reply.json().text("completed_at")).contains(finished.completedAt().toString());
    assertThat(reply.json().text("id")).contains(finished.head().requestId().text());
  }

  @Test
  void anAnswerThatIsNoneIsABadGateway() {
    bench.upstreams.planJson(200, "{\"choices\":[]}");

    TestingReply reply = respond("talk", "");

    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.errorCode()).isEqualTo("upstream_invalid_response");
    assertThat(bench.queue.finished().getFirst().outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void theNextTargetIsAskedInItsOwnProtocol() {
    bench.upstreams.planJson(503, "{}");
    bench.upstreams.planStream(bytes("Hello"), bytes("end"));

    TestingReply reply = respond("mixed", ",\"stream\":true");

    assertThat(bench.upstreams.requests())
        .extracting(UpstreamRequest::path)
        .containsExactly("/chat/completions", "/responses");
    assertThat(bench.upstreams.body(0)).contains("their-model-1");
    assertThat(bench.upstreams.body(1)).contains("their-model-2");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(bench.queue.finished().getFirst().attempts()).hasSize(2);
  }

  @Test
  void aTargetThatCannotBeAskedIsSkipped() {
    bench.translator =
        (call, target) -> {
          if (target.upstream().protocol() == Protocol.CHAT) {
            throw new UntranslatableException("tools[0].type", "Chat has no web search.");
          }
          return new TestingTranslation(call, target);
        };
    bench.upstreams.planJson(200, "{\"text\":\"Hello\"}");

    TestingReply reply = respond("mixed", "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(bench.upstreams.requests())
        .extracting(UpstreamRequest::path)
        .containsExactly("/responses");
    assertThat(bench.queue.finished().getFirst().attempts())
        .extracting(FinishedRecord.Attempt::upstream)
        .containsExactly("up2");
  }

  @Test
  void whatNoTargetCanBeAskedIsRefusedWithTheFieldAtFault() {
    bench.translator =
        (_, target) -> {
          throw new UntranslatableException("tools[0].type", target.upstream().name() + " cannot.");
        };

    TestingReply reply = respond("mixed", "");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.errorCode()).isEqualTo("invalid_value");
    assertThat(reply.errorParam()).isEqualTo("tools[0].type");
    assertThat(reply.error().text("message")).contains("up1 cannot.");
    assertThat(bench.upstreams.requests()).isEmpty();
    assertThat(bench.queue.records()).isEmpty();
  }

  @Test
  void aTextIsOneMessageOfTheUser() {
    bench.upstreams.planJson(200, "{\"text\":\"Hello\"}");

    respond("talk", "");

    assertThat(bench.upstreams.body(0))
        .contains("\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}]");
  }

  @Test
  void theTurnsBeforeComeFirst() {
    bench.history =
        (caller, previous, _) ->
            List.of(
                Json.objectOrEmpty(
                    "{\"type\":\"message\",\"role\":\"user\",\"content\":\"%s of %s\"}"
                        .formatted(previous, caller.accountId())
                        .getBytes(UTF_8)));
    bench.upstreams.planJson(200, "{\"text\":\"Hello\"}");

    respond("talk", ",\"previous_response_id\":\"resp_before\"");

    assertThat(bench.upstreams.body(0))
        .contains(
            "\"content\":\"resp_before of %s\"},{\"type\":\"message\",\"role\":\"user\","
                    .formatted(bench.account.id())
                + "\"content\":\"hi\"}]");
  }

  @Test
  void aToolOutputMustBelongToACall() {
    TestingReply reply =
        bench.post(
            "/v1/responses",
            "{\"model\":\"talk\",\"input\":[{\"role\":\"user\",\"content\":\"hi\"},"
                + "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"a\"}]}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.errorParam()).isEqualTo("input[1]");
    assertThat(reply.error().text("message"))
        .contains("No tool call found for function call output with call_id c.");
    assertThat(bench.upstreams.requests()).isEmpty();
  }

  @Test
  void aSealedSummaryIsExpandedForTheModel() {
    bench.upstreams.planJson(200, "{\"text\":\"Hello\"}");
    String sealed = bench.summaries.seal(bench.account.id(), "We spoke of ships.");

    bench.post("/v1/responses", compacted(sealed));

    assertThat(bench.upstreams.body(0)).contains("We spoke of ships.").doesNotContain(sealed);
  }

  @Test
  void theSealedSummaryOfAnotherAccountIsRefused() {
    String sealed = bench.summaries.seal(new UUID(1, 1), "We spoke of ships.");

    TestingReply reply = bench.post("/v1/responses", compacted(sealed));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(bench.upstreams.requests()).isEmpty();
  }

  private static String compacted(String sealed) {
    return "{\"model\":\"talk\",\"input\":[{\"type\":\"compaction\",\"encrypted_content\":\"%s\"}]}"
        .formatted(sealed);
  }

  @Test
  void aResponseThatCannotBeContinuedIsRefusedBeforeAnythingIsAsked() {
    bench.history =
        (_, previous, _) -> {
          throw GatewayException.of(
              ErrorCode.INVALID_VALUE, previous + " is not there.", "previous_response_id");
        };

    TestingReply reply = respond("talk", ",\"previous_response_id\":\"resp_before\"");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.errorParam()).isEqualTo("previous_response_id");
    assertThat(bench.upstreams.requests()).isEmpty();
    assertThat(bench.queue.records()).isEmpty();
  }

  @Test
  void whatIsNotToBeStoredLeavesNoBodies() {
    bench.upstreams.planStream(bytes("Hello"), bytes("end"));

    respond("talk", ",\"stream\":true,\"store\":false");

    assertThat(bench.queue.started().getFirst().request()).isNull();
    assertThat(bench.queue.finished().getFirst().response()).isNull();
    assertThat(bench.queue.finished().getFirst().events()).isNull();
  }

  @Test
  void aCompactionIsRecordedLikeAnyCall() {
    bench.upstreams.planJson(200, "{\"text\":\"a summary\"}");

    TestingReply reply =
        bench.post("/v1/responses/compact", "{\"model\":\"talk\",\"input\":\"a long talk\"}");

    FinishedRecord finished = bench.queue.finished().getFirst();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers()).containsKey("x-sluice-response-id");
    assertThat(bench.queue.started().getFirst().head().endpoint()).isEqualTo(Endpoint.COMPACTIONS);
    assertThat(finished.head().endpoint()).isEqualTo(Endpoint.COMPACTIONS);
    assertThat(InferenceBench.text(finished.response())).isEqualTo(reply.body());
  }

  @Test
  void aCompactionWithoutAModelIsRefused() {
    TestingReply reply = bench.post("/v1/responses/compact", "{\"input\":\"a long talk\"}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.errorParam()).isEqualTo("model");
    assertThat(bench.queue.records()).isEmpty();
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
