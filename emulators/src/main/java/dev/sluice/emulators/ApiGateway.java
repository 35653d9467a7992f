package dev.sluice.emulators;

import dev.sluice.emulators.RouteTable.Match;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// API Gateway (REST API, Lambda proxy integrations) as an HTTP server on the loopback interface.
///
/// Invocations run concurrently, so the handlers must be safe for use by several threads. Every
/// answer has an `x-request-id`; every error of the gateway itself has the JSON error envelope.
public final class ApiGateway implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ApiGateway.class);

  /// The largest request body of API Gateway, and the largest event of Lambda.
  private static final int BODY_LIMIT_BYTES = 10 * 1024 * 1024;

  private static final int EVENT_LIMIT_BYTES = 6 * 1024 * 1024;

  private final Server server = new Server(new VirtualThreadPool());
  private final ServerConnector connector;
  private volatile int port;
  private final RouteTable routes;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final Set<Thread> running = new HashSet<>();
  private boolean closing;

  /// How the server listens.
  ///
  /// @param port 0 for any free one
  /// @param connectionIdle how long a connection may be silent before or within a request
  /// @param clock what the events' times are read from
  public record Settings(int port, Duration connectionIdle, InstantSource clock) {

    public Settings(int port) {
      this(port, Duration.ofSeconds(60), InstantSource.system());
    }
  }

  private ApiGateway(Settings settings, RouteTable routes) {
    this.routes = routes;
    this.clock = settings.clock();
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(16 * 1024);
    // Ids with an encoded slash are legal: GET /v1/models/meta%2Fllama.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with("SLUICE", UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR));
    connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.connectionIdle().toMillis());
    server.addConnector(connector);
    server.setErrorHandler(new JsonErrorHandler());
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            HttpExchange exchange =
                new HttpExchange(request, response, callback, UUID.randomUUID().toString());
            answer(exchange);
            return true;
          }
        });
  }

  /// Starts a server.
  ///
  /// @throws IllegalStateException when the port is taken
  public static ApiGateway start(Settings settings, RouteTable routes) {
    ApiGateway gateway = new ApiGateway(settings, routes);
    try {
      gateway.server.start();
      gateway.port = gateway.connector.getLocalPort();
      return gateway;
    } catch (Exception e) {
      gateway.close();
      throw new IllegalStateException("The port " + settings.port() + " could not be opened", e);
    }
  }

  /// The port, also after the door was closed.
  public int port() {
    return port;
  }

  /// The address without a path.
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  private void answer(HttpExchange exchange) {
    if (!enter()) {
      exchange.fault(GatewayFault.CLOSING);
      return;
    }
    try {
      Request request = exchange.request();
      @Nullable String path = request.getHttpURI().getCanonicalPath();
      switch (routes.match(request.getMethod(), path == null ? "" : path)) {
        case Match.Unknown() -> exchange.fault(GatewayFault.UNKNOWN_ROUTE);
        case Match.OtherMethods(var allowed) -> exchange.methodNotAllowed(allowed);
        case Match.Found found -> read(exchange, found, path == null ? "" : path);
      }
    } finally {
      leave();
    }
  }

  private void read(HttpExchange exchange, Match.Found found, String path) {
    if (exchange.request().getLength() > BODY_LIMIT_BYTES) {
      exchange.fault(GatewayFault.REQUEST_TOO_LARGE);
      return;
    }
    byte[] body;
    Fields query;
    try (InputStream in = Request.asInputStream(exchange.request())) {
      body = in.readNBytes(BODY_LIMIT_BYTES + 1);
      query = Request.extractQueryParameters(exchange.request());
    } catch (IOException | RuntimeException e) {
      LOG.atInfo()
          .addKeyValue("request_id", exchange.requestId())
          .setCause(e)
          .log("The request could not be read");
      exchange.fault(GatewayFault.MALFORMED_REQUEST);
      return;
    }
    // From here on silence is the function's, which has limits of its own.
    exchange.request().addIdleTimeoutListener(_ -> false);
    String traceId = traceId(exchange);
    byte[] event = event(exchange, found, path, query, body, traceId).toJson();
    if (body.length > BODY_LIMIT_BYTES || event.length > EVENT_LIMIT_BYTES) {
      exchange.fault(GatewayFault.REQUEST_TOO_LARGE);
      return;
    }
    invoke(exchange, found.entry().integration(), event, traceId);
  }

  private static void invoke(
      HttpExchange exchange, Integration integration, byte[] event, String traceId) {
    LambdaContext context =
        LambdaContext.starting(
            integration.functionName(), exchange.requestId(), traceId, integration.timeout());
    switch (integration) {
      case Integration.Streamed streamed ->
          new StreamedCall(exchange, streamed).run(event, context);
      case Integration.Buffered buffered ->
          new BufferedCall(exchange, buffered).run(event, context);
    }
  }

  private ProxyEvent event(
      HttpExchange exchange,
      Match.Found found,
      String path,
      Fields query,
      byte[] body,
      String traceId) {
    Request request = exchange.request();
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    request.getHeaders().forEach(field -> headers.add(pair(field.getName(), field.getValue())));
    if (!request.getHeaders().contains("X-Amzn-Trace-Id")) {
      headers.add(pair("X-Amzn-Trace-Id", traceId));
    }
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    for (Fields.Field field : query) {
      field.getValues().forEach(value -> parameters.add(pair(field.getName(), value)));
    }
    return new ProxyEvent(
        found.entry().template(),
        request.getMethod(),
        path,
        found.pathParameters(),
        ProxyEvent.groupedHeaders(headers),
        ProxyEvent.grouped(parameters),
        body,
        new ProxyEvent.Caller(
            exchange.requestId(), Request.getRemoteAddr(request), clock.instant()));
  }

  private static Map.Entry<String, String> pair(String name, @Nullable String value) {
    return Map.entry(name, value == null ? "" : value);
  }

  /// The client's trace id, or a fresh one in X-Ray's form.
  private String traceId(HttpExchange exchange) {
    @Nullable String given = exchange.request().getHeaders().get("X-Amzn-Trace-Id");
    return given == null
        ? "Root=1-%08x-%s"
            .formatted(
                clock.instant().getEpochSecond(),
                UUID.randomUUID().toString().replace("-", "").substring(0, 24))
        : given;
  }

  private boolean enter() {
    lock.lock();
    try {
      if (closing) {
        return false;
      }
      var _ = running.add(Thread.currentThread());
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      var _ = running.remove(Thread.currentThread());
      quiet.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Accepts no connection and no request any more; running ones go on. A repeat changes nothing.
  public void closeDoor() {
    lock.lock();
    try {
      closing = true;
    } finally {
      lock.unlock();
    }
    connector.close();
  }

  /// Waits for the end of the running requests and answers whether all ended within the limit.
  public boolean awaitQuiet(Duration limit) {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (!running.isEmpty() && left > 0) {
        left = quiet.awaitNanos(left);
      }
      return running.isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// Cuts the requests that still run: their clients see a broken answer, and their functions are
  /// interrupted and may still record that. [#awaitQuiet] waits for them.
  public void cutRunning() {
    lock.lock();
    try {
      running.forEach(Thread::interrupt);
    } finally {
      lock.unlock();
    }
  }

  /// Cuts what still runs and stops. A repeat changes nothing.
  @Override
  public void close() {
    closeDoor();
    try {
      server.stop();
    } catch (Exception e) {
      LOG.atWarn().addKeyValue("port", port()).setCause(e).log("The HTTP server did not stop");
    }
  }
}
