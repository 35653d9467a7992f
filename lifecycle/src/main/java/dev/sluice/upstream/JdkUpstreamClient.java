package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import dev.sluice.upstream.CredentialSource.CredentialUnavailableException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Calls over the JDK's HTTP client: HTTP/1.1 on `http:` (without the upgrade offer that some model
/// servers choke on), negotiated by ALPN on `https:`, no redirects, no compression.
///
/// The JDK ends its own request time-out at the head and knows no idle time-out, so every wait here
/// has a limit of its own and a wait that ends early closes the exchange; no watchdog runs. A POST
/// that fails on a reused connection is a network error, never sent twice by the engine.
public final class JdkUpstreamClient implements UpstreamClient, AutoCloseable {

  private static final String USER_AGENT = "sluice";

  private final CredentialSource credentials;
  private final long maxResponseBytes;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /// The connect time-out belongs to the JDK's client, not to its request.
  private final ConcurrentHashMap<Duration, HttpClient> clients = new ConcurrentHashMap<>();

  /// @param maxResponseBytes a body beyond it is broken off as `too_large`
  public JdkUpstreamClient(CredentialSource credentials, long maxResponseBytes) {
    this.credentials = credentials;
    this.maxResponseBytes = maxResponseBytes;
  }

  @Override
  public UpstreamCall begin(UpstreamRequest request) {
    Upstream.Timeouts timeouts = request.upstream().timeouts();
    Deadline total = Deadline.in(request.total());
    BodyQueue body = new BodyQueue(timeouts.idle(), total, maxResponseBytes);
    // Without streaming, a model server sends its head only with the whole answer.
    Duration firstByte = request.stream() ? timeouts.firstByte() : request.total();
    return new JdkCall(send(request, body), body, total, firstByte);
  }

  private CompletableFuture<HttpResponse<BodyQueue>> send(UpstreamRequest request, BodyQueue body) {
    HttpRequest http;
    try {
      http = httpRequest(request);
    } catch (CredentialUnavailableException e) {
      return CompletableFuture.failedFuture(e);
    }
    return clients
        .computeIfAbsent(request.upstream().timeouts().connect(), this::client)
        .sendAsync(http, body);
  }

  private HttpClient client(Duration connect) {
    return HttpClient.newBuilder()
        .connectTimeout(connect)
        .followRedirects(HttpClient.Redirect.NEVER)
        .executor(threads)
        .build();
  }

  /// Everything an upstream is told; the list is complete on purpose.
  private HttpRequest httpRequest(UpstreamRequest request) {
    boolean encrypted = "https".equals(request.uri().getScheme());
    HttpRequest.Builder http =
        HttpRequest.newBuilder(request.uri())
            .version(encrypted ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
            .POST(BodyPublishers.ofByteArray(request.body()))
            .header("content-type", "application/json")
            .header("accept", request.stream() ? "text/event-stream" : "application/json")
            .header("accept-encoding", "identity")
            .header("user-agent", USER_AGENT)
            .header("x-request-id", request.requestId());
    request.traceContext().ifPresent(context -> http.header("traceparent", context));
    credentials
        .bearer(request.upstream())
        .ifPresent(key -> http.header("authorization", "Bearer " + key.strip()));
    return http.build();
  }

  @Override
  public void close() {
    clients.values().forEach(HttpClient::shutdownNow);
    threads.shutdownNow();
  }
}
