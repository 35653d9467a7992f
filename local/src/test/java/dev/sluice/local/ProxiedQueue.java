package dev.sluice.local;

import dev.sluice.emulators.SqsServer;
import dev.sluice.emulators.TcpProxy;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A queue server behind a proxy that breaks connections: the one of this run's services, or an
/// embedded one.
final class ProxiedQueue implements AutoCloseable {

  private final @Nullable SqsServer server;
  private final TcpProxy proxy;

  private ProxiedQueue(@Nullable SqsServer server, TcpProxy proxy) {
    this.server = server;
    this.proxy = proxy;
  }

  static ProxiedQueue start() {
    Optional<URI> known = BackingServices.current().queueServer();
    if (known.isPresent()) {
      return new ProxiedQueue(null, TcpProxy.start(known.get().getHost(), port(known.get())));
    }
    SqsServer server = SqsServer.start();
    return new ProxiedQueue(server, TcpProxy.start(server.endpoint().getPort()));
  }

  private static int port(URI server) {
    if (server.getPort() >= 0) {
      return server.getPort();
    }
    return "https".equals(server.getScheme()) ? 443 : 80;
  }

  TcpProxy proxy() {
    return proxy;
  }

  /// Where stacks find it.
  String endpoint() {
    return "http://127.0.0.1:" + proxy.port();
  }

  @Override
  public void close() {
    proxy.close();
    if (server != null) {
      server.close();
    }
  }
}
