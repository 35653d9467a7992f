package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.call.Ending;
import dev.sluice.call.JsonAnswer;
import dev.sluice.call.ModelInput;
import dev.sluice.call.QueuedCallsFactory;
import dev.sluice.call.Upstreams;
import dev.sluice.request.Chain;
import dev.sluice.request.Claim;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
import dev.sluice.request.Schedule;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.StoredBody;
import dev.sluice.request.Usage;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.SealedSummary;
import dev.sluice.translate.Translation;
import dev.sluice.translate.Translator;
import dev.sluice.upstream.ChatTraits;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.SocketUpstreamClient;
import dev.sluice.upstream.Upstream;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult.Answered;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the daemon keeps of an answer, which it asks for as a stream, is what a client of the
/// realtime path gets that did not ask for one: of every demo model, over both protocols.
final class QueuedAnswerTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final ResponseId ID =
      ResponseId.parse("resp_0192a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b").orElseThrow();
  private static final SealedSummary SUMMARIES =
      new SealedSummary(() -> ResponseIds.key(new byte[32]), new SecureRandom());
  private static final ModelInput INPUT = new ModelInput(SUMMARIES);
  private static final Translator TRANSLATOR = Translator.sealing(SUMMARIES);

  private static DemoUpstream demo;
  private static SocketUpstreamClient client;

  @BeforeAll
  static void start() {
    demo = DemoUpstream.start(0, null, () -> NOW);
    client = new SocketUpstreamClient(_ -> Optional.empty(), 1 << 20);
  }

  @AfterAll
  static void stop() {
    client.close();
    demo.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          demo-echo   | CHAT_COMPLETIONS | {'messages':[{'role':'user','content':'one two three'}]}
          demo-echo   | CHAT_COMPLETIONS | {'messages':[{'role':'user','content':'one two three'}],'n':1,'max_tokens':2}
          demo-echo   | CHAT_COMPLETIONS | {'messages':[{'role':'user','content':'a b'}],'logprobs':true,'top_logprobs':2}
          demo-reason | CHAT_COMPLETIONS | {'messages':[{'role':'user','content':'think of é and 😀'}]}
          demo-tools  | CHAT_COMPLETIONS | {'messages':[{'role':'user','content':'go'}],'tools':[{'type':'function','function':{'name':'f','parameters':{'type':'object','properties':{'x':{'type':'string'}},'required':['x']}}}]}
          demo-tools  | CHAT_COMPLETIONS | {'messages':[{'role':'user','content':'go'}],'tools':[{'type':'custom','custom':{'name':'patch'}}]}
          demo-echo   | CHAT_COMPLETIONS | {'messages':[{'role':'user','content':'go'}],'response_format':{'type':'json_object'}}
          demo-echo   | RESPONSES        | {'input':'one two three'}
          demo-echo   | RESPONSES        | {'input':'one two three','max_output_tokens':2}
          demo-echo   | RESPONSES        | {'input':'a b','include':['message.output_text.logprobs'],'top_logprobs':2}
          demo-reason | RESPONSES        | {'input':'think of é and 😀','reasoning':{'effort':'low'}}
          demo-tools  | RESPONSES        | {'input':'go','tools':[{'type':'function','name':'f','parameters':{'type':'object','properties':{'x':{'type':'string'}},'required':['x']}}]}
          demo-tools  | RESPONSES        | {'input':'go','tools':[{'type':'custom','name':'patch'}]}
          demo-flaky  | RESPONSES        | {'input':'fail:400'}
          demo-flaky  | CHAT_COMPLETIONS | {'messages':[{'role':'user','content':'fail:503'}]}
          demo-embed  | EMBEDDINGS       | {'input':['one','two']}
          demo-embed  | EMBEDDINGS       | {'input':'one','encoding_format':'base64'}
          """)
  void itIsTheAnswerThatARealtimeClientGets(String model, Endpoint endpoint, String request) {
    for (Upstream.Protocol protocol : Upstream.Protocol.values()) {
      Model.Target target = target(model, protocol);
      JsonDocument body = document(request);

      Ending realtime = realtime(endpoint, body, target);
      Ending queued = queued(endpoint, body, target);

      assertThat(json(queued)).as("%s", protocol).isEqualTo(json(realtime));
      assertThat(queued.outcome()).isEqualTo(realtime.outcome());
      assertThat(queued.usage()).isEqualTo(realtime.usage());
      assertThat(queued.failure()).isEqualTo(realtime.failure());
      assertThat(queued.status()).isEqualTo(realtime.status());
      assertThat(queued.contentType()).isEqualTo(realtime.contentType());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CHAT_COMPLETIONS, '{''messages'':[{''role'':''user'',''content'':''eof-after:2 b c d''}]}'",
    "RESPONSES, '{''input'':''eof-after:2 b c d''}'"
  })
  void whatABrokenAnswerHasCostIsKnown(Endpoint endpoint, String request) {
    Ending queued =
        queued(endpoint, document(request), target("demo-flaky", Upstream.Protocol.CHAT));

    assertThat(queued.failure()).isEqualTo(new TruncatedStream());
    assertThat(queued.usage()).isEqualTo(new Usage(4, 2, 0, 0));
  }

  private static Ending realtime(Endpoint endpoint, JsonDocument body, Model.Target target) {
    RequestData data = data(endpoint);
    ClientCall call =
        new ClientCall(
            data,
            body,
            endpoint == Endpoint.RESPONSES
                ? INPUT.of(data.accountId(), List.of(), body.object())
                : List.of());
    Translation translation = TRANSLATOR.of(call, target);
    UpstreamRequest request =
        new UpstreamRequest(
            target.upstream(),
            translation.upstreamPath(),
            translation.upstreamBody(),
            false,
            ID.text(),
            null,
            LONG);
    try (UpstreamCall running = client.begin(request)) {
      Answered head = (Answered) running.result();
      return JsonAnswer.read(translation, false, head, head.body(), () -> NOW).ending();
    }
  }

  private static Ending queued(Endpoint endpoint, JsonDocument body, Model.Target target) {
    byte[] bytes = Json.write(body.object());
    Request.Dispatched request =
        new Request.Dispatched(
            data(endpoint),
            new Schedule(1, 0, null, null),
            new Claim(new UUID(1, 1), new UUID(2, 2), NOW));
    StoredBody stored = new StoredBody(bytes, "identity", Ending.JSON, bytes.length, "");
    return QueuedCallsFactory.of(
            (_, head, _, _) -> new Chain(List.of(), new Chain.End.Missing(head)),
            INPUT,
            TRANSLATOR,
            new Upstreams(client, 1 << 20),
            new MetricSeries())
        .with(() -> NOW)
        .of(
            new Work(request, stored, null, ""),
            new Model("alias", List.of(target), Set.of(endpoint), 1, null),
            target,
            LONG)
        .run()
        .ending();
  }

  /// Only the ids of tool calls are made anew for each answer.
  private static JsonObject json(Ending ending) {
    byte[] body = ending.body();
    assertThat(body).isNotNull();
    String text = new String(body == null ? new byte[0] : body, StandardCharsets.UTF_8);
    String same = text.replaceAll("call_[0-9a-f]{32}", "call_x");
    return Json.objectOrEmpty(same.getBytes(StandardCharsets.UTF_8));
  }

  private static RequestData data(Endpoint endpoint) {
    return new RequestData(
        ID,
        new UUID(7, 7),
        "key",
        endpoint,
        "alias",
        ServiceTier.FLEX,
        false,
        false,
        true,
        NOW,
        NOW,
        NOW,
        false,
        false);
  }

  private static Model.Target target(String model, Upstream.Protocol protocol) {
    return new Model.Target(
        new Upstream(
            "demo",
            demo.baseUrl(),
            protocol,
            new Upstream.Credential.None(),
            Upstream.Timeouts.DEFAULT,
            false,
            new ChatTraits("max_tokens", "system", false, true)),
        model);
  }

  private static JsonDocument document(String json) {
    byte[] bytes =
        ("{'model':'alias'," + json.substring(1))
            .replace('\'', '"')
            .getBytes(StandardCharsets.UTF_8);
    if (Json.parseUpstream(bytes) instanceof Json.Parse.Parsed(JsonDocument document)) {
      return document;
    }
    throw new IllegalArgumentException(json);
  }
}
