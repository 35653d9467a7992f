package dev.sluice.emulators;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A TCP proxy on the loopback interface that breaks connections on request: cut, stall, delay, or
/// cut when certain bytes pass.
///
/// Safe for use by several threads.
public final class TcpProxy implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);

  private final ServerSocket server;
  private final String targetHost;
  private final int targetPort;
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Trigger> trigger = new AtomicReference<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Direction> stalled = EnumSet.noneOf(Direction.class);
  private final Signal closed = new Signal();
  private volatile Duration delay = Duration.ZERO;
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();
  private volatile boolean refusing;

  /// Which way bytes go.
  public enum Direction {
    TO_SERVER,
    TO_CLIENT
  }

  /// When to cut, once the client has sent certain bytes.
  public enum Cut {
    /// The server never gets these bytes, nor what follows.
    BEFORE_FORWARDING,
    /// The server gets them, and the connection is cut when its answer comes, which the client does
    /// not get.
    AFTER_FORWARDING
  }

  /// Bytes to look for in what clients send, across the borders of packets.
  ///
  /// @param fired fires when the cut was made
  @SuppressWarnings("ArrayRecordComponent") // compared by identity only
  record Trigger(byte[] bytes, Cut cut, Signal fired) {}

  private TcpProxy(ServerSocket server, String targetHost, int targetPort) {
    this.server = server;
    this.targetHost = targetHost;
    this.targetPort = targetPort;
  }

  /// A proxy on any free port to this port of the loopback interface.
  public static TcpProxy start(int targetPort) {
    return start(InetAddress.getLoopbackAddress().getHostAddress(), targetPort);
  }

  /// A proxy on any free port of the loopback interface to a server anywhere.
  public static TcpProxy start(String targetHost, int targetPort) {
    try {
      TcpProxy proxy =
          new TcpProxy(
              new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress()), targetHost, targetPort);
      var _ = Thread.ofVirtual().name("tcp-proxy").start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("The proxy did not start", e);
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  /// Cuts the first connection whose client sends these bytes from now on; later ones pass.
  ///
  /// @return fires when the cut was made
  public Signal cutOnClientBytes(byte[] bytes, Cut cut) {
    Signal fired = new Signal();
    trigger.set(new Trigger(bytes.clone(), cut, fired));
    return fired;
  }

  /// Resets every open connection, on both sides.
  public void cut() {
    connections.forEach(ProxiedConnection::cut);
  }

  /// Ends every open connection in good order, on both sides, as servers do with those that were
  /// idle for long.
  public void hangUp() {
    connections.forEach(ProxiedConnection::hangUp);
  }

  /// New connections are reset at once, or let through again.
  public void refuse(boolean refuse) {
    refusing = refuse;
  }

  /// So many of the next connections are reset at once; those after them are let through.
  public void refuseNext(int count) {
    refusals.set(count);
  }

  /// How many connections there were until now, those that were refused included.
  public int accepted() {
    return accepted.get();
  }

  /// Stops forwarding in this direction, for open and new connections; bytes wait.
  public void stall(Direction direction) {
    lock.lock();
    try {
      stalled.add(direction);
    } finally {
      lock.unlock();
    }
  }

  /// Forwards again in both directions.
  public void resume() {
    lock.lock();
    try {
      stalled.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Holds everything that is read from now on for this long before it is forwarded.
  public void delay(Duration duration) {
    delay = duration;
  }

  private void accept() {
    while (!closed.fired()) {
      try {
        Socket client = server.accept();
        accepted.incrementAndGet();
        boolean isRefused = refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (isRefused || refusing || closed.fired()) {
          client.setSoLinger(true, 0);
          client.close();
        } else {
          connect(client);
        }
      } catch (IOException e) {
        if (!closed.fired()) {
          LOG.atDebug().setCause(e).log("A connection could not be proxied");
        }
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket target;
    try {
      target = new Socket(targetHost, targetPort);
    } catch (IOException e) {
      client.setSoLinger(true, 0);
      client.close();
      throw e;
    }
    client.setTcpNoDelay(true);
    target.setTcpNoDelay(true);
    ProxiedConnection connection = new ProxiedConnection(this, client, target);
    connections.add(connection);
    connection.start();
  }

  /// Takes the trigger of this proxy when it is still this one.
  boolean take(Trigger armed) {
    return trigger.compareAndSet(armed, null);
  }

  @Nullable Trigger trigger() {
    return trigger.get();
  }

  void ended(ProxiedConnection connection) {
    connections.remove(connection);
  }

  /// Waits as long as bytes of this direction are to be held.
  void hold(Direction direction) {
    if (!delay.isZero()) {
      var _ = closed.firedWithin(delay);
    }
    lock.lock();
    try {
      while (stalled.contains(direction) && !closed.fired()) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Cuts all connections and stops listening.
  @Override
  public void close() {
    closed.fire();
    resume();
    try {
      server.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("The proxy was not listening any more");
    }
    cut();
  }
}
