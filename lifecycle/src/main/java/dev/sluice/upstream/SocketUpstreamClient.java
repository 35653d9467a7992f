package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.sandbox.HeldConnections;
import dev.sluice.upstream.CredentialSource.CredentialUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;

/// Calls over sockets of our own: HTTP/1.1, on `https:` agreed on by ALPN, no redirects, no
/// compression, one connection for each call that runs.
///
/// Every wait has a limit of its own and a wait that ends early closes the exchange; no watchdog
/// runs. A POST that fails on a reused connection is a network error, never sent twice here: so a
/// connection is used again only soon after its last use, when its server has not closed it, and
/// never over a pause, see [#release()].
public final class SocketUpstreamClient implements UpstreamClient, HeldConnections, AutoCloseable {

  private final CredentialSource credentials;
  private final long maxResponseBytes;
  private final Supplier<SSLSocketFactory> tls;
  private final Set<SocketCall> running = ConcurrentHashMap.newKeySet();
  private final AtomicReference<IdleConnections> idle =
      new AtomicReference<>(new IdleConnections(System::nanoTime));

  /// @param maxResponseBytes a body beyond it is broken off as `too_large`
  public SocketUpstreamClient(CredentialSource credentials, long maxResponseBytes) {
    // The process's own: a TLS session is resumed where its connection is not. Made when it is
    // needed, because it reads the trusted certificates.
    this(credentials, maxResponseBytes, () -> (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  SocketUpstreamClient(
      CredentialSource credentials, long maxResponseBytes, Supplier<SSLSocketFactory> tls) {
    this.credentials = credentials;
    this.maxResponseBytes = maxResponseBytes;
    this.tls = tls;
  }

  @Override
  public UpstreamCall begin(UpstreamRequest request) {
    Upstream.Timeouts timeouts = request.upstream().timeouts();
    Deadline total = Deadline.in(request.total());
    Optional<String> key;
    try {
      key = credentials.bearer(request.upstream()).map(String::strip);
    } catch (CredentialUnavailableException _) {
      return KEYLESS; // The source has told the log.
    }
    if (!key.map(RequestHead::isSayable).orElse(true)) {
      return KEYLESS;
    }
    Origin origin = Origin.of(request.uri());
    // Without streaming, a model server sends its head only with the whole answer.
    Duration firstByte = request.stream() ? timeouts.firstByte() : request.total();
    return SocketCall.begin(
        new SocketCall.Route(origin, timeouts.connect(), idle.get(), tls),
        new SocketCall.Limits(
            total.orSooner(firstByte),
            new SocketBody.Limits(timeouts.idle(), total, maxResponseBytes)),
        new SocketCall.Outgoing(RequestHead.of(request, origin, key), request.body()),
        running);
  }

  /// A call that calls nobody.
  private static final UpstreamCall KEYLESS =
      new UpstreamCall() {
        @Override
        public UpstreamResult result() {
          return new UpstreamResult.Unanswered(
              new NetworkError("credential", "The key of the upstream cannot be read."));
        }

        @Override
        public void close() {}
      };

  /// Connections of calls that run now live until those end.
  @Override
  public void release() {
    idle.getAndSet(new IdleConnections(System::nanoTime)).close();
  }

  /// Ends all calls.
  @Override
  public void close() {
    running.forEach(SocketCall::close);
    release();
  }
}
