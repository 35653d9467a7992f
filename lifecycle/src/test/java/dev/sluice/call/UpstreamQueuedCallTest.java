package dev.sluice.call;

import static dev.sluice.call.CallBench.CHAT;
import static dev.sluice.call.CallBench.FINISH;
import static dev.sluice.call.CallBench.RESPONSES;
import static dev.sluice.call.CallBench.delta;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.call.QueuedCall.Result;
import dev.sluice.request.Chain;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NonRetriableStatus;
import dev.sluice.request.FailureReason.RequestRejected;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Outcome;
import dev.sluice.request.Request;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.request.Usage;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UpstreamQueuedCallTest {

  private final TestingUpstreams upstreams = new TestingUpstreams();
  private final CallBench bench = new CallBench(upstreams);

  private Result run(Endpoint endpoint, String body) {
    return bench.call(CallBench.work(endpoint, body), CallBench.chat()).run();
  }

  @Test
  void aChatThatWasAskedWholeIsStreamedAndKeptWhole() {
    upstreams.planStream(delta("Hel", 1), delta("lo", 2), FINISH, "[DONE]");

    Result result = run(Endpoint.CHAT_COMPLETIONS, CHAT);

    assertThat(result.upstream()).isEqualTo("chats");
    assertThat(result.upstreamModel()).isEqualTo("theirs");
    Ending ending = result.ending();
    assertThat(ending.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(ending.at()).isEqualTo(CallBench.NOW);
    assertThat(ending.status()).isEqualTo(200);
    assertThat(ending.usage()).isEqualTo(new Usage(3, 2, 0, 0));
    assertThat(ending.contentType()).isEqualTo("application/json");
    assertThat(ending.events()).isNull();
    assertThat(CallBench.body(result))
        .isEqualTo(
            CallBench.json(
                "{'id':'%s','object':'chat.completion','created':5,'model':'alias','choices':[{'index':0,'message':{'role':'assistant','content':'Hello','refusal':null},'logprobs':null,'finish_reason':'stop'}],'usage':{'prompt_tokens':3,'completion_tokens':2,'total_tokens':5}}"
                    .formatted(CallBench.ID.text())));
    assertThat(upstreams.sent(0))
        .isEqualTo(
            CallBench.json(
                "{'model':'theirs','messages':[{'role':'user','content':'Hi'}],'stream':true,'stream_options':{'include_usage':true}}"));
    assertThat(upstreams.closed()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'model':'alias','messages':[{'role':'user','content':'Hi'}]}",
        "{'model':'alias','messages':[{'role':'user','content':'Hi'}],'stream':true,'stream_options':{'include_usage':true}}"
      })
  void aServerThatCannotStreamIsAskedForTheWhole(String chat) {
    upstreams.planJson(
        200,
        "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}",
        Map.of());

    Result result =
        bench.call(CallBench.work(Endpoint.CHAT_COMPLETIONS, chat), CallBench.whole()).run();

    UpstreamRequest sent = upstreams.requests().getFirst();
    assertThat(sent.stream()).isFalse();
    assertThat(sent.total()).isEqualTo(CallBench.WHOLE_TOTAL);
    assertThat(upstreams.sent(0))
        .isEqualTo(
            CallBench.json("{'model':'theirs','messages':[{'role':'user','content':'Hi'}]}"));
    assertThat(result.ending().outcome()).isEqualTo(Outcome.COMPLETED);
  }

  @Test
  void theNextTargetIsStreamedWhereOnlyTheFirstCannotStream() {
    upstreams.planStream("[DONE]");

    var _ =
        bench
            .call(
                CallBench.work(Endpoint.RESPONSES, "{'model':'alias','prompt':{'id':'p'}}"),
                CallBench.whole(),
                CallBench.responses())
            .run();

    assertThat(upstreams.requests().getFirst().stream()).isTrue();
  }

  @Test
  void theUpstreamIsToldTheResponseAndItsTrace() {
    upstreams.planStream(delta("a", 1), FINISH);

    var _ = run(Endpoint.CHAT_COMPLETIONS, CHAT);

    UpstreamRequest sent = upstreams.requests().getFirst();
    assertThat(sent.path()).isEqualTo("/chat/completions");
    assertThat(sent.stream()).isTrue();
    assertThat(sent.requestId()).isEqualTo(CallBench.ID.text());
    assertThat(sent.traceparent()).isEqualTo(CallBench.TRACE);
    assertThat(sent.total()).isEqualTo(CallBench.TOTAL);
  }

  @Test
  void embeddingsAreNotStreamedAndKeepTheirSpelling() {
    upstreams.planJson(
        200,
        "{\"object\":\"list\",\"model\":\"theirs\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1,-2]}],\"usage\":{\"prompt_tokens\":4,\"total_tokens\":4}}",
        Map.of());

    Result result =
        bench
            .call(
                CallBench.work(
                    Endpoint.EMBEDDINGS,
                    "{'model':'alias','input':'Hi','encoding_format':'base64'}"),
                CallBench.chat())
            .run();

    assertThat(upstreams.requests().getFirst().stream()).isFalse();
    assertThat(result.ending().usage()).isEqualTo(new Usage(4, 0, 0, 0));
    assertThat(CallBench.body(result))
        .isEqualTo(
            CallBench.json(
                "{'object':'list','model':'alias','data':[{'object':'embedding','index':0,'embedding':'AACAPwAAAMA='}],'usage':{'prompt_tokens':4,'total_tokens':4}}"));
  }

  @Test
  void aServerThatAnswersJsonAllTheSameIsAccepted() {
    upstreams.planJson(
        200,
        "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"length\"}]}",
        Map.of());

    Result result = run(Endpoint.RESPONSES, RESPONSES);

    assertThat(result.ending().outcome()).isEqualTo(Outcome.INCOMPLETE);
    assertThat(CallBench.body(result).text("id")).hasValue(CallBench.ID.text());
    assertThat(CallBench.body(result).text("service_tier")).hasValue("flex");
  }

  @Test
  void theTurnsBeforeAreSentToo() {
    Request parent =
        new Request.Completed(
            CallBench.data(CallBench.PARENT, Endpoint.RESPONSES),
            200,
            false,
            null,
            null,
            CallBench.NOW);
    bench.chain =
        new Chain(
            List.of(
                new Chain.Turn(
                    parent,
                    CallBench.stored("{'input':'One'}"),
                    CallBench.stored(
                        "{'id':'%s','object':'response','output':[{'type':'message','id':'m','role':'assistant','status':'completed','content':[{'type':'output_text','text':'Two','annotations':[]}]}]}"
                            .formatted(CallBench.PARENT.text())))),
            new Chain.End.Complete());
    upstreams.planStream(delta("Four", 1), FINISH);

    Work work =
        CallBench.work(
            Endpoint.RESPONSES,
            CallBench.stored("{'model':'alias','input':'Three'}"),
            CallBench.PARENT);
    Result result = bench.call(work, CallBench.chat()).run();

    assertThat(result.ending().outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(upstreams.sent(0).items("messages"))
        .extracting(message -> ((JsonObject) message).text("content").orElse(""))
        .containsExactly("One", "Two", "Three");
  }

  @Test
  void theNextTargetIsAskedWhereTheFirstCannotBe() {
    upstreams.planFailure(new TimedOut("connect"));

    Result result =
        bench
            .call(
                CallBench.work(Endpoint.RESPONSES, "{'model':'alias','prompt':{'id':'p'}}"),
                CallBench.chat(),
                CallBench.responses())
            .run();

    assertThat(result.upstream()).isEqualTo("responds");
    assertThat(result.ending().failure()).isEqualTo(new TimedOut("connect"));
    assertThat(result.ending().status()).isNull();
  }

  @Test
  void whatNoTargetCanExpressIsRejected() {
    Result result =
        bench
            .call(
                CallBench.work(Endpoint.RESPONSES, "{'model':'alias','prompt':{'id':'p'}}"),
                CallBench.chat())
            .run();

    assertThat(result.ending().failure()).isInstanceOf(RequestRejected.class);
    assertThat(upstreams.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{", ""})
  void aBodyThatIsNoRequestIsRejected(String body) {
    assertThat(failure(CallBench.work(Endpoint.RESPONSES, body)))
        .isInstanceOf(RequestRejected.class);
  }

  @Test
  void whatIsGoneIsRejected() {
    assertThat(failure(CallBench.work(Endpoint.CHAT_COMPLETIONS, null, null)))
        .isEqualTo(new RequestRejected("The body of the request is gone, so it cannot be run."));
    assertThat(
            failure(
                CallBench.work(Endpoint.RESPONSES, CallBench.stored(RESPONSES), CallBench.PARENT)))
        .isEqualTo(
            new RequestRejected(
                "The response "
                    + CallBench.PARENT.text()
                    + ", which the request continues, is gone."));
    assertThat(upstreams.requests()).isEmpty();
  }

  private FailureReason failure(Work work) {
    Ending ending = bench.call(work, CallBench.chat()).run().ending();
    assertThat(ending.outcome()).isEqualTo(Outcome.FAILED);
    return Objects.requireNonNull(ending.failure());
  }

  @Test
  void faultsOfOursAreLostCalls() {
    bench.translator =
        (_, _) -> {
          throw new IllegalStateException("a bug");
        };
    assertThat(failure(CallBench.work(Endpoint.CHAT_COMPLETIONS, CHAT)))
        .isInstanceOf(CallLost.class);
    bench.translator =
        (_, _) -> {
          throw new StoreUnavailableException("away", new IllegalStateException());
        };
    assertThat(failure(CallBench.work(Endpoint.CHAT_COMPLETIONS, CHAT)))
        .isEqualTo(new CallLost("What the request continues could not be read."));
  }

  @Test
  void anInterruptedThreadLosesItsCallAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    Work work = CallBench.work(Endpoint.RESPONSES, CallBench.stored(RESPONSES), CallBench.PARENT);

    FailureReason failure = failure(work);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).isInstanceOf(CallLost.class);
  }

  @Test
  void errorsAreKeptAsTheRealtimePathKeepsThem() {
    upstreams.planJson(400, "{\"error\":{\"message\":\"No.\"}}", Map.of());
    upstreams.planJson(200, "{\"error\":{\"message\":\"Busy.\",\"code\":503}}", Map.of());

    Ending refused = run(Endpoint.RESPONSES, RESPONSES).ending();
    Ending hidden = run(Endpoint.RESPONSES, RESPONSES).ending();

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.failure())
        .isEqualTo(new NonRetriableStatus(400, "{\"error\":{\"message\":\"No.\"}}"));
    assertThat(refused.body()).isEqualTo("{\"error\":{\"message\":\"No.\"}}".getBytes(UTF_8));
    assertThat(hidden.status()).isEqualTo(200);
    assertThat(hidden.failure())
        .isInstanceOfSatisfying(
            RetriableStatus.class, reason -> assertThat(reason.status()).isEqualTo(503));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      textBlock =
          """
          7, PT7S
          0.25, PT0.25S
          99999999999999999999, PT8760H
          'Sat, 21 Nov 2026 10:01:30 GMT', PT1M30S
          'Sat, 21 Nov 2026 09:00:00 GMT', PT0S
          -3, none
          soon, none
          """)
  void theServersWishToBeLeftAloneIsHandedOn(String header, Duration expected) {
    upstreams.planJson(503, "{}", Map.of("retry-after", header));

    assertThat(run(Endpoint.RESPONSES, RESPONSES).retryAfter())
        .isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void aStreamThatEndsEarlyIsTruncatedAndItsCostIsKnown() {
    upstreams.planStream(delta("Hel", 1), delta("lo", 2));

    Ending ending = run(Endpoint.RESPONSES, RESPONSES).ending();
    assertThat(ending.failure()).isEqualTo(new TruncatedStream());
    assertThat(ending.usage()).isEqualTo(new Usage(3, 2, 0, 0));
  }
}
