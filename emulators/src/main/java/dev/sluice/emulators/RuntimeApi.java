package dev.sluice.emulators;

import dev.sluice.emulators.RuntimeStates.Phase;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda Runtime API 2018-06-01 of one sandbox (AWS, "Using the Lambda runtime API for custom
/// runtimes"), for AWS's own runtime clients and others.
///
/// One runtime asks for the next invocation, one caller invokes. Where the documentation is silent
/// (which state allows what, the texts of errors) it does what AWS's runtime interface emulator
/// does. Safe for use by several threads.
public final class RuntimeApi implements AutoCloseable {

  /// The most that a buffered response may have: 6 MB and 100 bytes, as AWS's emulator counts.
  static final int PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024 + 100;

  private static final Logger LOG = LoggerFactory.getLogger(RuntimeApi.class);
  private static final String VERSION = "/2018-06-01/runtime/";

  private final ServerSocket server;
  private final RuntimeStates states = new RuntimeStates();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile List<Chunk> chunks = List.of();
  private volatile boolean closed;

  /// A piece of a response: the chunks of a streamed one are as the runtime cut them.
  ///
  /// @param arrivedNanos by [System#nanoTime]
  public record Chunk(long arrivedNanos, int length) {}

  private RuntimeApi() {
    try {
      server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("No port for a Runtime API", e);
    }
    var _ = Thread.ofVirtual().name("runtime-api").start(this::accept);
  }

  /// A Runtime API on any free port of the loopback interface.
  public static RuntimeApi start() {
    return new RuntimeApi();
  }

  /// The value of `AWS_LAMBDA_RUNTIME_API`.
  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /// How many connections were accepted so far.
  public int acceptedConnections() {
    return accepted.get();
  }

  /// Waits until the function asks for an invocation, or for its restore (SnapStart): it is
  /// initialised, or done with the invocation before. After [#restore], waits until it is restored.
  ///
  /// @throws InitFailedException also when the process ended before
  public void awaitReady(Duration limit)
      throws InitFailedException, TimeoutException, InterruptedException {
    states.awaitReady(limit);
  }

  /// Lets a function go on that waits to be restored, as it would from a snapshot.
  ///
  /// @throws IllegalStateException when it does not wait
  public void restore() throws IOException {
    states.restore().restored();
  }

  /// Hands one invocation to the function and its response to `out`: a streamed one chunk by chunk,
  /// a buffered one when it is complete. Waits for a function that is still starting; the deadline
  /// is for the function, nothing is enforced here. Returns when the response has ended well.
  ///
  /// An exception of `out` (its reader is gone) does not end the invocation: the rest is read and
  /// dropped, as on Lambda.
  ///
  /// @throws FunctionErrorException what the runtime reported
  /// @throws IOException when its connection broke or [#abandon] was called
  /// @throws IllegalStateException when another invocation is under way
  public void invoke(Invocation invocation, OutputStream out)
      throws IOException, FunctionErrorException, InterruptedException {
    chunks = List.of();
    ResponseReading reading;
    try {
      boolean delivered = false;
      while (!delivered) {
        delivered = deliver(states.begin(invocation.requestId()), invocation);
      }
      reading = new ResponseReading(states.awaitAnswer(), out);
      read(reading);
    } finally {
      // Before the runtime learns that its answer was taken: it asks for the next one at once.
      states.end();
    }
    reading.conclude();
  }

  private boolean deliver(RuntimeExchange next, Invocation invocation) {
    try {
      next.deliver(invocation);
      return true;
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("A runtime that waited is gone; another may ask");
      states.end();
      return false;
    }
  }

  private void read(ResponseReading reading) throws IOException, InterruptedException {
    try {
      reading.read();
    } catch (IOException e) {
      reading.cut();
      if (Thread.interrupted()) {
        throw interruption(e);
      }
      throw e;
    } finally {
      chunks = reading.chunks();
    }
  }

  private static InterruptedException interruption(IOException cause) {
    InterruptedException interruption = new InterruptedException("Interrupted while reading");
    interruption.initCause(cause);
    return interruption;
  }

  /// The pieces of the last response.
  public List<Chunk> chunks() {
    return chunks;
  }

  /// Cuts every connection of the runtime, as a fault between the two would. A response that is
  /// under way is broken; the function may go on with new connections.
  public void cutConnections() {
    List<Socket> before = List.copyOf(connections); // The runtime comes back at once.
    states.lostConnections();
    before.forEach(RuntimeApi::close);
  }

  /// The function's process is dead: whoever waits gets an exception with this cause, now and
  /// later. A repeat changes nothing.
  public void abandon(Throwable why) {
    states.abandon(why);
    connections.forEach(RuntimeApi::close);
  }

  /// Stops listening. Whoever waits gets an exception; the runtime loses its connections.
  @Override
  public void close() {
    closed = true;
    try {
      server.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("The Runtime API's socket was closed before");
    }
    abandon(new IOException("The Runtime API was closed"));
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = server.accept();
        accepted.incrementAndGet();
        connections.add(socket);
        if (closed) {
          close(socket);
        }
        var _ = Thread.ofVirtual().name("runtime-connection").start(() -> serve(socket));
      } catch (IOException e) {
        if (!closed) {
          LOG.atWarn().setCause(e).log("A connection of a runtime could not be accepted");
        }
      }
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("A connection was gone before it was cut");
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      HttpRequestReader reader =
          new HttpRequestReader(
              new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
      boolean alive = true;
      while (alive) {
        RequestHead head = reader.head();
        if (head == null) {
          return;
        }
        RuntimeExchange exchange = new RuntimeExchange(head, reader.body(head), socket);
        route(exchange);
        alive = exchange.awaitEnd();
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("A runtime's connection ended");
    } catch (InterruptedException e) {
      LOG.atDebug().setCause(e).log("A runtime's connection was left");
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(socket);
    }
  }

  private void route(RuntimeExchange exchange) throws IOException {
    String path = exchange.path();
    String resource = path.startsWith(VERSION) ? path.substring(VERSION.length()) : "";
    switch (exchange.method() + " " + resource) {
      case "GET invocation/next" -> refuse(exchange, states.next(exchange), "Ready");
      case "GET restore/next" -> refuse(exchange, states.restoreNext(exchange), "Restore");
      case "POST init/error" -> settle(exchange, states.initError(exchange.error()), "InitError");
      case "POST restore/error" ->
          settle(exchange, states.restoreError(exchange.error()), "RestoreError");
      default -> answer(exchange, resource.split("/", -1));
    }
  }

  /// `POST invocation/{id}/response` and `POST invocation/{id}/error`.
  private void answer(RuntimeExchange exchange, String[] resource) throws IOException {
    boolean known =
        exchange.method().equals("POST")
            && resource.length == 3
            && resource[0].equals("invocation")
            && (resource[2].equals("response") || resource[2].equals("error"));
    if (!known) {
      exchange.refuse("404 Not Found", "NotFound", "There is no such resource");
      return;
    }
    switch (states.answer(resource[1], exchange)) {
      case TAKEN -> {
        // The invoking thread reads it.
      }
      case OTHER_ID -> exchange.refuse("400 Bad Request", "InvalidRequestID", "Invalid request ID");
      case FORBIDDEN -> refuse(exchange, states.phase(), "InvocationResponse");
    }
  }

  private static void settle(RuntimeExchange exchange, @Nullable Phase forbidding, String wanted)
      throws IOException {
    if (forbidding == null) {
      exchange.accepted();
    } else {
      refuse(exchange, forbidding, wanted);
    }
  }

  /// @param forbidding null when the exchange was taken
  private static void refuse(RuntimeExchange exchange, @Nullable Phase forbidding, String wanted)
      throws IOException {
    if (forbidding != null) {
      exchange.refuse(
          "403 Forbidden",
          "InvalidStateTransition",
          "State transition from " + forbidding + " to " + wanted + " failed for runtime");
    }
  }
}
