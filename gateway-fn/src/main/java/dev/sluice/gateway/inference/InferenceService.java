package dev.sluice.gateway.inference;

import dev.sluice.call.Ending;
import dev.sluice.gateway.auth.Authenticator;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorReply;
import dev.sluice.gateway.errors.RouteErrors;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.http.Reply;
import dev.sluice.gateway.http.Route;
import dev.sluice.gateway.read.ContentReader;
import dev.sluice.request.Endpoint;
import dev.sluice.request.StoredBody;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The inference path without a transport: a request comes in, a status, headers and bytes go out.
/// Every request is answered, and no exception leaves. Safe for use by several threads.
@Singleton
public final class InferenceService {

  private static final Logger LOG = LoggerFactory.getLogger(InferenceService.class);

  private static final List<String> INTERNAL = List.of("x-sluice-", "x-fusillade-", "x-onwards-");

  private final Authenticator authenticator;
  private final Admissions admissions;
  private final KeyedPath path;
  private final StoredResponses stored;
  private final ContentReader contents;
  private final InputTokens tokens;
  private final SandboxLife life;
  private final Metrics metrics;

  InferenceService(
      Authenticator authenticator,
      Admissions admissions,
      KeyedPath path,
      StoredResponses stored,
      ContentReader contents,
      InputTokens tokens,
      SandboxLife life,
      Metrics metrics) {
    this.authenticator = authenticator;
    this.admissions = admissions;
    this.path = path;
    this.stored = stored;
    this.contents = contents;
    this.tokens = tokens;
    this.life = life;
    this.metrics = metrics;
  }

  /// Answers one request. When the client leaves, the call that was made for it is still recorded.
  public void handle(InboundRequest inbound, Reply reply) {
    long start = inbound.deadline().nanoClock().getAsLong();
    Optional<Route> route =
        Route.of(inbound.method(), inbound.path())
            .filter(found -> found.function() == Route.Function.INFERENCE);
    String label = route.map(InferenceService::label).orElse("unknown");
    ClientReply client = new ClientReply(reply);
    RequestSummary summary = new RequestSummary();
    countInternalHeaders(inbound);
    try {
      Route found = route.orElseThrow(() -> RouteErrors.of(inbound.method(), inbound.path()));
      serve(found, inbound, start, client, summary);
    } catch (RuntimeException e) {
      refuse(e, inbound, client, summary);
    }
    long took = inbound.deadline().nanoClock().getAsLong() - start;
    metrics.count(Metric.GATEWAY_REQUESTS, label, String.valueOf(client.status()));
    metrics.record(Metric.REQUEST_BYTES, inbound.body().length, label);
    metrics.record(Metric.RESPONSE_BYTES, (double) client.bytes(), label);
    summary.log(
        LOG,
        new RequestSummary.Line(
            inbound.requestId(),
            inbound.traceId(),
            label,
            client.status(),
            Duration.ofNanos(took)));
  }

  /// The word of the endpoint where a route is one, as in all other figures.
  private static String label(Route route) {
    return Endpoint.ofPath(route.template())
        .map(Endpoint::label)
        .orElse(route.name().toLowerCase(Locale.ROOT));
  }

  private void serve(
      Route route,
      InboundRequest inbound,
      long startNanos,
      ClientReply client,
      RequestSummary summary) {
    Caller caller = authenticator.authenticate(inbound);
    summary.recognised(caller);
    switch (route) {
      case GET_RESPONSE -> stored.show(inbound, route.variable(inbound.path()), caller, client);
      case CANCEL_RESPONSE ->
          stored.cancel(inbound, route.variable(inbound.path()), caller, client);
      case CONTENT -> content(inbound, route.variable(inbound.path()), caller, client);
      case INPUT_TOKENS -> count(inbound, caller, startNanos, client);
      default ->
          path.serve(
              admissions.check(endpoint(route), inbound, caller, startNanos), client, summary);
    }
  }

  private static Endpoint endpoint(Route route) {
    return Endpoint.ofPath(route.template())
        .orElseThrow(() -> new IllegalStateException(route + " is not an endpoint"));
  }

  private void count(InboundRequest inbound, Caller caller, long startNanos, ClientReply client) {
    Admission admission = admissions.admit(admissions.checkCount(inbound, caller, startNanos));
    life.beforeWait();
    InputTokens.Count count = tokens.count(admission);
    Map<String, String> headers = ReplyHeaders.of(Ending.JSON, inbound.requestId());
    if (count.estimated()) {
      headers.put(ReplyHeaders.ESTIMATED, "true");
    }
    client.start(200, headers);
    client.write(count.toJson());
  }

  /// Served here because an answer may be larger than what a buffered function may return.
  private void content(InboundRequest inbound, String id, Caller caller, ClientReply client) {
    StoredBody body = contents.content(caller, id, StoredResponses.readDeadline(inbound));
    byte[] decoded = body.decoded(); // Before the status: a broken body is an error, no half a 200.
    client.start(200, ReplyHeaders.of(body.contentType(), inbound.requestId()));
    client.write(decoded);
  }

  private static void refuse(
      RuntimeException thrown, InboundRequest inbound, ClientReply client, RequestSummary summary) {
    ErrorReply error = ErrorReply.of(thrown, inbound.requestId());
    if (error.status() == 500) {
      LOG.atError()
          .addKeyValue("request_id", inbound.requestId())
          .setCause(thrown)
          .log("A request failed by a fault of the gateway");
    }
    if (client.isStarted()) {
      return; // A stream that broke has told its client so.
    }
    Map<String, String> headers = new LinkedHashMap<>(error.headers());
    summary.id().ifPresent(id -> headers.putIfAbsent(ReplyHeaders.RESPONSE_ID, id.text()));
    client.start(error.status(), headers);
    client.write(error.body());
  }

  /// But for the one that is meant for clients, they change nothing; that they are sent at all is
  /// worth knowing.
  private void countInternalHeaders(InboundRequest inbound) {
    long count =
        inbound.headers().keySet().stream()
            .filter(name ->
                !name.equals(EventWriter.HEADER) && INTERNAL.stream().anyMatch(name::startsWith))
            .count();
    if (count > 0) {
      metrics.record(Metric.INTERNAL_HEADERS_STRIPPED, (double) count);
    }
  }
}
