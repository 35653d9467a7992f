package dev.sluice.emulators;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP/1.1 server on the loopback interface that does with each request what a script says,
/// down to single bytes.
///
/// Connections are kept alive; the script is called once per request, from several threads when
/// there are several connections. Safe for use by several threads.
public final class ScriptedUpstream implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ScriptedUpstream.class);

  private final ServerSocket server;
  private final Script script;
  private final boolean recording;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final Queue<UpstreamRequest> recorded = new ConcurrentLinkedQueue<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Semaphore received = new Semaphore(0);
  private final Semaphore departures = new Semaphore(0);
  private final Signal closed = new Signal();

  /// What to do with a request. An exception from it cuts the connection.
  private sealed interface Script {

    /// Requests are read and answered.
    record Answering(Function<UpstreamRequest, UpstreamAnswer> answers) implements Script {}

    /// Connections are accepted and never read.
    record Deaf() implements Script {}
  }

  private ScriptedUpstream(int port, Script script, boolean recording) {
    this.script = script;
    this.recording = recording;
    try {
      server = new ServerSocket(port, 1_024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("The port " + port + " could not be opened", e);
    }
    var _ = Thread.ofVirtual().name("scripted-upstream").start(this::accept);
  }

  /// A server on any free port that records what it gets.
  public static ScriptedUpstream start(Function<UpstreamRequest, UpstreamAnswer> script) {
    return new ScriptedUpstream(0, new Script.Answering(script), true);
  }

  /// A server that keeps nothing, for a long life.
  ///
  /// @param port the port to listen on, 0 for any free one
  public static ScriptedUpstream startUnrecorded(
      int port, Function<UpstreamRequest, UpstreamAnswer> script) {
    return new ScriptedUpstream(port, new Script.Answering(script), false);
  }

  /// A server that gives these answers in turn and the last one for ever.
  public static ScriptedUpstream answering(UpstreamAnswer first, UpstreamAnswer... more) {
    return start(request -> {
      int index = Math.min(request.number(), more.length);
      return index == 0 ? first : more[index - 1];
    });
  }

  /// A server that accepts connections and never reads from them.
  public static ScriptedUpstream startDeaf() {
    return new ScriptedUpstream(0, new Script.Deaf(), true);
  }

  public int port() {
    return server.getLocalPort();
  }

  /// The address without a path.
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /// The requests so far, in the order of their numbers.
  public List<UpstreamRequest> requests() {
    return List.copyOf(recorded);
  }

  /// How many connections were accepted so far.
  public int acceptedConnections() {
    return accepted.get();
  }

  /// Waits until so many requests have come that were not waited for before.
  public void awaitRequests(int count, Duration limit) {
    await(received, count, limit, "requests");
  }

  /// Waits until so many clients have gone during [UpstreamAction.Hang] that were not waited for
  /// before.
  public void awaitDepartures(int count, Duration limit) {
    await(departures, count, limit, "departures");
  }

  private static void await(Semaphore events, int count, Duration limit, String what) {
    try {
      if (!events.tryAcquire(count, limit.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IllegalStateException(
            "%d of %d %s within %s".formatted(events.availablePermits(), count, what, limit));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + what, e);
    }
  }

  private void accept() {
    while (!closed.fired()) {
      try {
        Socket socket = server.accept();
        connections.add(socket);
        accepted.incrementAndGet();
        if (closed.fired()) {
          reset(socket);
        }
        var _ = Thread.ofVirtual().name("scripted-connection").start(() -> serve(socket));
      } catch (IOException e) {
        if (!closed.fired()) {
          LOG.atWarn().setCause(e).log("A connection could not be accepted");
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      switch (script) {
        case Script.Answering(var answers) -> serve(socket, answers);
        case Script.Deaf() -> {
          var _ = closed.firedWithin(Duration.ofDays(1));
        }
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("The client went");
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("The script failed; its connection is cut");
    } finally {
      connections.remove(socket);
    }
  }

  private void serve(Socket socket, Function<UpstreamRequest, UpstreamAnswer> answers)
      throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream());
    HttpRequestReader reader = new HttpRequestReader(in, socket.getOutputStream());
    UpstreamRequest request = next(reader);
    while (request != null) {
      for (UpstreamAction action : answers.apply(request).actions()) {
        if (!perform(action, socket, in)) {
          return;
        }
      }
      request = next(reader);
    }
  }

  private @Nullable UpstreamRequest next(HttpRequestReader reader) throws IOException {
    UpstreamRequest request = reader.next(0);
    if (request == null) {
      return null;
    }
    UpstreamRequest numbered =
        new UpstreamRequest(
            numbers.getAndIncrement(),
            request.method(),
            request.path(),
            request.headers(),
            request.body());
    if (recording) {
      recorded.add(numbered);
      received.release();
    }
    return numbered;
  }

  /// Answers whether the connection lives on.
  private boolean perform(UpstreamAction action, Socket socket, InputStream in) throws IOException {
    return switch (action) {
      case UpstreamAction.Send(byte[] bytes) -> send(socket, bytes, 0, bytes.length);
      case UpstreamAction.Drip drip -> drip(socket, drip);
      case UpstreamAction.Await(Signal signal) -> await(signal);
      case UpstreamAction.Fire(Signal signal) -> {
        signal.fire();
        yield true;
      }
      case UpstreamAction.Delay(Duration duration) -> !closed.firedWithin(duration);
      case UpstreamAction.Hang() -> hang(in);
      case UpstreamAction.Eof() -> {
        socket.close();
        yield false;
      }
      case UpstreamAction.Reset() -> {
        reset(socket);
        yield false;
      }
    };
  }

  private static boolean send(Socket socket, byte[] bytes, int from, int length)
      throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(bytes, from, length);
    out.flush();
    return true;
  }

  private boolean drip(Socket socket, UpstreamAction.Drip drip) throws IOException {
    byte[] bytes = drip.bytes();
    for (int from = 0; from < bytes.length; from += drip.size()) {
      if (from > 0 && closed.firedWithin(drip.pause())) {
        return false;
      }
      var _ = send(socket, bytes, from, Math.min(drip.size(), bytes.length - from));
    }
    return true;
  }

  /// Waits for the signal; the server's end is looked for in between, so that no thread stays.
  private boolean await(Signal signal) {
    while (!signal.firedWithin(Duration.ofMillis(50))) {
      if (closed.fired()) {
        return false;
      }
    }
    return true;
  }

  private boolean hang(InputStream in) {
    try {
      int read = in.read();
      while (read >= 0) {
        read = in.read();
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("The client reset a connection that hung");
    }
    departures.release();
    return false;
  }

  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /// Cuts all connections with a reset and stops listening.
  @Override
  public void close() {
    closed.fire();
    try {
      server.close();
      for (Socket socket : connections) {
        reset(socket);
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("A connection was gone before it was cut");
    }
  }
}
