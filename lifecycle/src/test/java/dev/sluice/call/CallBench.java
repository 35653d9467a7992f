package dev.sluice.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.request.Chain;
import dev.sluice.request.Claim;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
import dev.sluice.request.Schedule;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.StoredBody;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.translate.SealedSummary;
import dev.sluice.translate.Translator;
import dev.sluice.upstream.ChatTraits;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.Upstream;
import dev.sluice.upstream.UpstreamClient;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Queued requests and the calls that are made for them. JSON may be written with single quotes.
final class CallBench {

  static final ResponseId ID =
      ResponseId.parse("resp_0192a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b").orElseThrow();
  static final ResponseId PARENT =
      ResponseId.parse("resp_0192a1b2-c3d4-7e5f-8a6b-000000000000").orElseThrow();
  static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  static final Duration TOTAL = Duration.ofMinutes(3);
  static final Duration WHOLE_TOTAL = Duration.ofMinutes(1);
  static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  /// Bodies and chunks, with single quotes for double ones.
  static final String CHAT = "{'model':'alias','messages':[{'role':'user','content':'Hi'}]}";

  static final String RESPONSES = "{'model':'alias','input':'Hi'}";
  static final String FINISH =
      "{'id':'c','created':5,'model':'theirs','choices':[{'index':0,'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':3,'completion_tokens':2,'total_tokens':5}}";

  private static final UUID ACCOUNT = new UUID(7, 7);

  final MetricSeries metrics = new MetricSeries();
  final SealedSummary summaries =
      new SealedSummary(() -> ResponseIds.key(new byte[32]), new SecureRandom());

  /// Which a test may replace.
  Chain chain = new Chain(List.of(), new Chain.End.Missing(PARENT));

  /// Which a test may replace.
  Conversations conversations = (_, _, _, _) -> chain;

  /// Which a test may replace.
  Translator translator = Translator.sealing(summaries);

  private final UpstreamClient client;

  CallBench(UpstreamClient client) {
    this.client = client;
  }

  /// The call of this work for a model of these targets, of which the first is planned.
  QueuedCall call(Work work, Model.Target... targets) {
    Model model =
        new Model("alias", List.of(targets), Set.of(work.request().data().endpoint()), 1, null);
    return calls().of(work, model, model.targets().getFirst(), TOTAL);
  }

  QueuedCalls calls() {
    return QueuedCallsFactory.of(
            (account, head, turns, bytes) -> conversations.chain(account, head, turns, bytes),
            new ModelInput(summaries),
            (call, target) -> translator.of(call, target),
            new Upstreams(client, 1 << 20),
            metrics)
        .with(() -> NOW);
  }

  static Work work(Endpoint endpoint, String body) {
    return work(endpoint, stored(body), null);
  }

  static Work work(Endpoint endpoint, @Nullable StoredBody body, @Nullable ResponseId previous) {
    Request.Dispatched request =
        new Request.Dispatched(
            data(ID, endpoint),
            new Schedule(1, 0, null, null),
            new Claim(new UUID(1, 1), new UUID(2, 2), NOW.plusSeconds(30)));
    return new Work(request, body, previous, TRACE);
  }

  static RequestData data(ResponseId id, Endpoint endpoint) {
    return new RequestData(
        id,
        ACCOUNT,
        "key",
        endpoint,
        "alias",
        ServiceTier.FLEX,
        false,
        false,
        true,
        NOW.minusSeconds(9),
        NOW.minusSeconds(9),
        NOW.minusSeconds(1),
        false,
        false);
  }

  static String delta(String text, int tokens) {
    return "{'id':'c','created':5,'model':'theirs','choices':[{'index':0,'delta':{'content':'%s'}}],'usage':{'prompt_tokens':3,'completion_tokens':%d}}"
        .formatted(text, tokens);
  }

  static StoredBody stored(String json) {
    byte[] bytes = json.replace('\'', '"').getBytes(UTF_8);
    return new StoredBody(bytes, "identity", "application/json", bytes.length, "");
  }

  static JsonObject body(QueuedCall.Result result) {
    byte[] body = result.ending().body();
    return body == null ? JsonObject.EMPTY : Json.objectOrEmpty(body);
  }

  static JsonObject json(String text) {
    return Json.objectOrEmpty(text.replace('\'', '"').getBytes(UTF_8));
  }

  static Model.Target target(String name, Upstream.Protocol protocol, URI base) {
    return new Model.Target(
        new Upstream(
            name, base, protocol, new Upstream.Credential.None(), Upstream.Timeouts.DEFAULT, true),
        "theirs");
  }

  static Model.Target chat() {
    return target("chats", Upstream.Protocol.CHAT, URI.create("http://up/v1"));
  }

  /// A chat server that cannot stream.
  static Model.Target whole() {
    return new Model.Target(
        new Upstream(
            "wholes",
            URI.create("http://whole/v1"),
            Upstream.Protocol.CHAT,
            new Upstream.Credential.None(),
            new Upstream.Timeouts(TOTAL, TOTAL, TOTAL, WHOLE_TOTAL, TOTAL),
            false,
            ChatTraits.DEFAULT,
            false),
        "theirs");
  }

  static Model.Target responses() {
    return target("responds", Upstream.Protocol.RESPONSES, URI.create("http://other/v1"));
  }
}
