package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.account.Account;
import dev.sluice.account.ApiKey;
import dev.sluice.account.KeyHasher;
import dev.sluice.account.KeySecret;
import dev.sluice.call.ModelInput;
import dev.sluice.call.Upstreams;
import dev.sluice.completion.CompletionRecorder;
import dev.sluice.completion.RecordBody;
import dev.sluice.gateway.auth.Authenticator;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.read.ContentReader;
import dev.sluice.gateway.read.ConversationReader;
import dev.sluice.gateway.read.IdempotencyGuard;
import dev.sluice.gateway.read.ReplayReader;
import dev.sluice.gateway.read.ResponseLookup;
import dev.sluice.gateway.read.ResponseReader;
import dev.sluice.gateway.testing.TestingAccountStore;
import dev.sluice.gateway.testing.TestingRequestStore;
import dev.sluice.gateway.testing.TestingTime;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseIds;
import dev.sluice.request.StoredBody;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.translate.SealedSummary;
import dev.sluice.translate.Translator;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.ModelCatalog;
import dev.sluice.upstream.Upstream;
import dev.sluice.upstream.Upstream.Protocol;
import dev.sluice.upstream.UpstreamClient;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The whole inference path over fakes of what lies around it, with a clock that the test moves.
final class InferenceBench {

  static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  static final GatewaySettings SETTINGS =
      new GatewaySettings(
          20_000,
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(270),
          Duration.ofMinutes(14),
          Duration.ofSeconds(270),
          Duration.ofHours(1));
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration FUNCTION_TIME = Duration.ofMinutes(15);

  final TestingTime time = new TestingTime(START);
  final TestingRecordQueue queue = new TestingRecordQueue();
  final TestingRequestStore requests = new TestingRequestStore();
  final TestingIdempotencyStore keys = new TestingIdempotencyStore();
  final TestingRequestQueue work = new TestingRequestQueue(requests, keys);
  final AtomicInteger wakes = new AtomicInteger();
  final TestingObjectStore objects = new TestingObjectStore();
  final TestingUpstreamClient upstreams = new TestingUpstreamClient();
  final MetricSeries metrics = new MetricSeries();
  final ResponseIds ids = new ResponseIds(new byte[32], time, RANDOM);
  final SealedSummary summaries = new SealedSummary(() -> ResponseIds.key(new byte[32]), RANDOM);
  final Account account = new Account(new UUID(7, 7), "test", true, null, START);
  private final TestingAccountStore accounts = new TestingAccountStore();
  private final KeyHasher hasher = new KeyHasher(Map.of(1, new byte[32]));
  private final String key;
  private final InferenceService service;

  /// Which a test may replace.
  Translator translator;

  /// Which a test may replace.
  History history;

  InferenceBench() {
    this(null, "http://127.0.0.1:1/v1");
  }

  /// @param client null for the one in memory
  InferenceBench(@Nullable UpstreamClient client, String baseUrl) {
    accounts.create(account);
    key = issue(null);
    Authenticator authenticator = new Authenticator(accounts, hasher, time, time);
    CompletionRecorder recorder =
        new CompletionRecorder(queue, objects, metrics, RANDOM, time, Duration.ofSeconds(10));
    ResponseLookup lookup = new ResponseLookup(requests, ids, time, time);
    translator = Translator.sealing(summaries);
    history = new ConversationReader(requests, lookup)::history;
    UpstreamClient called = client == null ? upstreams : client;
    Admissions admissions =
        new Admissions(
            new Candidates(catalog(baseUrl), (call, target) -> translator.of(call, target)),
            new ResponsesCalls(
                (caller, previous, deadline) -> history.before(caller, previous, deadline),
                new ModelInput(summaries)),
            ids,
            time,
            SETTINGS);
    service =
        new InferenceService(
            authenticator,
            admissions,
            keyed(
                admissions,
                new RealtimePath(new Upstreams(called, 1 << 16), recorder, metrics, time, SETTINGS),
                lookup),
            stored(lookup),
            new ContentReader(requests, lookup),
            new InputTokens(called, new TokenEstimate()),
            new SandboxLife(List::of, List::of, false),
            metrics);
  }

  private KeyedPath keyed(Admissions admissions, RealtimePath realtime, ResponseLookup lookup) {
    IdempotencyGuard guard = new IdempotencyGuard(keys, requests, lookup, time);
    EndedAnswers ended = new EndedAnswers(requests, replays(lookup));
    QueuedPath queued =
        new QueuedPath(
            admissions,
            new QueuedRepeats(guard, keys, requests, metrics),
            new QueuedPath.Entrance(work, wakes::incrementAndGet, metrics, SETTINGS),
            new QueuedAnswers(requests, ended, followed(lookup), endWait(), metrics, SETTINGS));
    return new KeyedPath(
        admissions,
        guard,
        new IdempotentReplay(requests, ended),
        realtime,
        queued,
        new SandboxLife(List::of, List::of, false));
  }

  private StoredResponses stored(ResponseLookup lookup) {
    return new StoredResponses(
        requests,
        lookup,
        new ResponseReader(requests, lookup),
        new StoredStream(lookup, replays(lookup), followed(lookup)));
  }

  private FollowedStream followed(ResponseLookup lookup) {
    ReplayReader replays = replays(lookup);
    return new FollowedStream(
        lookup, replays, new EndedAnswers(requests, replays), endWait(), SETTINGS);
  }

  private EndWait endWait() {
    return new EndWait(requests, new SandboxLife(List::of, List::of, false), time);
  }

  private ReplayReader replays(ResponseLookup lookup) {
    return new ReplayReader(requests, new ResponseReader(requests, lookup));
  }

  /// A new key of the account.
  ///
  /// @param models null for all
  String issue(@Nullable List<String> models) {
    return issue(models, Set.of("background"));
  }

  /// A new key of the account with no more than these capabilities.
  String issue(@Nullable List<String> models, Set<String> capabilities) {
    KeySecret secret = KeySecret.generate(RANDOM);
    boolean created =
        accounts.create(
            new ApiKey(
                secret.id(),
                account.id(),
                "test",
                hasher.hash(secret).hmac(),
                1,
                models,
                capabilities,
                START,
                null,
                null));
    if (!created) {
      throw new IllegalStateException("The account exists");
    }
    return secret.reveal();
  }

  /// `one` has one target, `two` and `three` have as many; `embed` offers embeddings only. `talk`
  /// and `native` also offer responses, by an upstream of either protocol, and `mixed` by one of
  /// each.
  private static ModelCatalog catalog(String baseUrl) {
    Set<Endpoint> chat = Set.of(Endpoint.CHAT_COMPLETIONS);
    Set<Endpoint> both = Set.of(Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES);
    return new ModelCatalog(
        List.of(
            model("one", chat, baseUrl, Protocol.CHAT),
            model("two", chat, baseUrl, Protocol.CHAT, Protocol.CHAT),
            model("three", chat, baseUrl, Protocol.CHAT, Protocol.CHAT, Protocol.CHAT),
            model("embed", Set.of(Endpoint.EMBEDDINGS), baseUrl, Protocol.CHAT),
            model("talk", both, baseUrl, Protocol.CHAT),
            model("native", both, baseUrl, Protocol.RESPONSES),
            model("mixed", both, baseUrl, Protocol.CHAT, Protocol.RESPONSES)));
  }

  private static Model model(
      String alias, Set<Endpoint> endpoints, String baseUrl, Protocol... protocols) {
    List<Model.Target> list = new ArrayList<>();
    for (Protocol protocol : protocols) {
      int number = list.size() + 1;
      list.add(
          new Model.Target(
              new Upstream(
                  "up" + number,
                  URI.create(baseUrl),
                  protocol,
                  new Upstream.Credential.None(),
                  Upstream.Timeouts.DEFAULT,
                  true),
              "their-model-" + number));
    }
    return new Model(alias, list, endpoints, 10, null);
  }

  /// A request as API Gateway would give it.
  InboundRequest request(String method, String path, Map<String, String> more, byte[] body) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put("Authorization", List.of("Bearer " + key));
    headers.put("Content-Type", List.of("application/json"));
    more.forEach((name, value) -> headers.put(name, List.of(value)));
    return new InboundRequest(
        method,
        path,
        headers,
        Map.of(),
        body,
        "req-1",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        Deadline.in(FUNCTION_TIME, time));
  }

  TestingReply send(InboundRequest request, TestingReply reply) {
    service.handle(request, reply);
    return reply;
  }

  /// From now on, whatever is queued has ended with this answer when it is next looked at.
  void endQueued(String answer) {
    requests.onLook(() ->
        work.enqueued()
            .forEach(request -> {
              requests.put(
                  new Request.Completed(
                      request.data(), 200, false, null, null, START.plusSeconds(9)));
              requests.putResponseBody(request.data().id(), answer);
            }));
  }

  TestingReply post(String path, String body) {
    return send(request("POST", path, Map.of(), body.getBytes(UTF_8)), new TestingReply());
  }

  /// @param query such as `stream=true`; empty for none
  TestingReply get(String path, String query) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      parameters.put(
          pair.substring(0, pair.indexOf('=')), List.of(pair.substring(pair.indexOf('=') + 1)));
    }
    InboundRequest plain = request("GET", path, Map.of(), new byte[0]);
    return send(
        new InboundRequest(
            plain.method(),
            path,
            plain.headers(),
            parameters,
            plain.body(),
            plain.requestId(),
            plain.traceId(),
            plain.deadline()),
        new TestingReply());
  }

  /// How often something was counted with these labels.
  long counted(Metric metric, String... labels) {
    MetricSeries.Total total =
        metrics.snapshot().get(new MetricSeries.Key(metric, List.of(labels)));
    return total == null ? 0 : total.count();
  }

  TestingReply chat(String body) {
    return post("/v1/chat/completions", body);
  }

  TestingReply chat(String body, TestingReply reply) {
    return send(request("POST", "/v1/chat/completions", Map.of(), body.getBytes(UTF_8)), reply);
  }

  /// A body of the model with one message and these further members.
  static String chatBody(String model, String more) {
    return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}"
        .formatted(model, more);
  }

  static String text(@Nullable RecordBody body) {
    return body instanceof RecordBody.Inline inline
        ? new String(
            new StoredBody(
                    inline.bytes(),
                    inline.encoding(),
                    inline.contentType(),
                    inline.length(),
                    inline.sha256())
                .decoded(),
            UTF_8)
        : "";
  }

  /// The last request that was queued.
  RequestData queued() {
    return work.enqueued().getLast().data();
  }

  /// Something happens to the last queued request so long after now.
  void afterQueued(Duration wait, Consumer<RequestData> action) {
    Instant at = time.instant().plus(wait);
    requests.onLook(() -> {
      if (!time.instant().isBefore(at)) {
        action.accept(queued());
      }
    });
  }

  static Request completed(RequestData data) {
    return new Request.Completed(data, 200, false, null, null, START.plusSeconds(9));
  }
}
