package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import dev.sluice.sandbox.HeldConnections;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Calls over the JDK's HTTP client: HTTP/1.1 on `http:` (without the upgrade offer that some model
/// servers choke on), negotiated by ALPN on `https:`, no redirects, no compression.
///
/// The JDK ends its own request time-out at the head and knows no idle time-out, so every wait here
/// has a limit of its own and a wait that ends early closes the exchange; no watchdog runs. A POST
/// that fails on a reused connection is a network error, never sent twice by the engine; so
/// connections that were idle over a pause are not used again, see [#release()].
public final class JdkUpstreamClient implements UpstreamClient, HeldConnections, AutoCloseable {

  private static final String USER_AGENT = "sluice";
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(1);

  private final CredentialSource credentials;
  private final long maxResponseBytes;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /// Shared by calls that begin: a release meets each of them before or behind that.
  private final ReentrantReadWriteLock beginning = new ReentrantReadWriteLock();

  private volatile Engines engines = new Engines();

  /// The JDK's clients of one time, whose connections go together. The connect time-out belongs to
  /// the JDK's client, not to its request. All share the process's TLS context, so that a session
  /// is resumed where its connection is not.
  private static final class Engines {
    private final ConcurrentHashMap<Duration, HttpClient> byConnectTimeout =
        new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
  }

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
    JdkCall.Limits limits = new JdkCall.Limits(total, firstByte);
    try {
      return begin(httpRequest(request), timeouts.connect(), body, limits);
    } catch (CredentialUnavailableException e) {
      return new JdkCall(CompletableFuture.failedFuture(e), body, limits, () -> {});
    }
  }

  private UpstreamCall begin(
      HttpRequest request, Duration connect, BodyQueue body, JdkCall.Limits limits) {
    beginning.readLock().lock();
    try {
      Engines current = engines;
      CompletableFuture<HttpResponse<BodyQueue>> exchange =
          current.byConnectTimeout.computeIfAbsent(connect, this::client).sendAsync(request, body);
      current.calls.incrementAndGet();
      return new JdkCall(
          exchange,
          body,
          limits,
          () -> {
            var _ = current.calls.decrementAndGet();
          });
    } finally {
      beginning.readLock().unlock();
    }
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

  /// Connections of calls that are not closed yet live until those are.
  @Override
  public void release() {
    if (engines.byConnectTimeout.isEmpty()) {
      return;
    }
    Engines old = replaceEngines();
    boolean isIdle = old.calls.get() == 0;
    old.byConnectTimeout.values().forEach(isIdle ? HttpClient::shutdownNow : HttpClient::shutdown);
    if (isIdle) {
      old.byConnectTimeout.values().forEach(JdkUpstreamClient::awaitEnd);
    }
  }

  private Engines replaceEngines() {
    beginning.writeLock().lock();
    try {
      Engines old = engines;
      engines = new Engines();
      return old;
    } finally {
      beginning.writeLock().unlock();
    }
  }

  /// Closing takes no word from the other side.
  private static void awaitEnd(HttpClient client) {
    try {
      if (!client.awaitTermination(LONGEST_CLOSE)) {
        throw new IllegalStateException("The HTTP client did not end within " + LONGEST_CLOSE);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // It ends without being watched.
    }
  }

  @Override
  public void close() {
    engines.byConnectTimeout.values().forEach(HttpClient::shutdownNow);
    threads.shutdownNow();
  }
}
