package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.upstream.UpstreamConnection.NotConnectedException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// A call over a socket. A thread of its own brings the request to the upstream and the head back;
/// the body is read by the thread that wants it.
///
/// The call owns its connection from the first packet to the end of the body: whoever takes the
/// channel out of [#channel] decides alone whether it is closed or kept.
final class SocketCall implements UpstreamCall, SocketBody.Owner {

  private final Route route;
  private final Limits limits;
  private final Set<SocketCall> running;
  private final AtomicReference<@Nullable SocketChannel> channel = new AtomicReference<>();
  private final Thread exchange;
  private volatile boolean isClosed;
  private volatile boolean isSent;
  private volatile @Nullable UpstreamResult arrived;
  private volatile @Nullable UpstreamConnection reusable;
  private @Nullable UpstreamResult result;

  /// Where the call goes, and the connections that lead there.
  record Route(
      Origin origin, Duration connectLimit, IdleConnections idle, Supplier<SSLSocketFactory> tls) {}

  /// @param firstByte from the beginning of the call to the head
  record Limits(Deadline firstByte, SocketBody.Limits body) {}

  /// The bytes that go out.
  @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares requests by value
  record Outgoing(byte[] head, byte[] body) {}

  private SocketCall(Route route, Limits limits, Outgoing request, Set<SocketCall> running) {
    this.route = route;
    this.limits = limits;
    this.running = running;
    // No field holds the request: it is let go of when it is sent and the head is there.
    this.exchange = Thread.ofVirtual().name("upstream-call").unstarted(() -> exchange(request));
  }

  /// Begins the call and returns at once.
  ///
  /// @param running holds the call until it is closed
  static SocketCall begin(Route route, Limits limits, Outgoing request, Set<SocketCall> running) {
    SocketCall call = new SocketCall(route, limits, request, running);
    running.add(call);
    call.exchange.start();
    return call;
  }

  private void exchange(Outgoing request) {
    try {
      UpstreamConnection connection = connection();
      send(connection, request);
      ResponseHead head = ResponseHead.read(connection.input());
      BodySource source = head.body(connection.input());
      if (head.keepsConnection() && !(source instanceof BodySource.UntilClosed)) {
        reusable = connection;
      }
      arrived =
          new UpstreamResult.Answered(
              head.status(), head.kept(), new SocketBody(source, limits.body, this));
    } catch (IOException e) {
      arrived = new UpstreamResult.Unanswered(reason(e));
    }
  }

  private UpstreamConnection connection() throws IOException {
    for (UpstreamConnection idle = route.idle.take(route.origin);
        idle != null;
        idle = route.idle.take(route.origin)) {
      if (idle.isSilent()) {
        own(idle.channel());
        return idle;
      }
      idle.close();
    }
    SocketChannel fresh = fresh();
    own(fresh);
    return UpstreamConnection.open(fresh, route.origin, route.connectLimit, route.tls);
  }

  private static SocketChannel fresh() throws NotConnectedException {
    try {
      return SocketChannel.open();
    } catch (IOException e) {
      // No descriptor is left. The caller may try again once others have ended.
      throw new NotConnectedException(
          new NetworkError("connect", "No connection to the upstream."), e);
    }
  }

  /// A close that came before is made up for.
  private void own(SocketChannel taken) throws ClosedChannelException {
    channel.set(taken);
    if (isClosed) {
      closeChannel();
      throw new ClosedChannelException();
    }
  }

  /// A server may refuse a body before it has read it, and then read no more of it: its answer
  /// counts, so it is waited for while a long request still goes out (RFC 9112, section 9.5).
  private void send(UpstreamConnection connection, Outgoing request) {
    if (UpstreamConnection.isShort(request.head, request.body)) {
      sendAll(connection, request);
    } else {
      var _ = Thread.ofVirtual().name("upstream-send").start(() -> sendAll(connection, request));
    }
  }

  private void sendAll(UpstreamConnection connection, Outgoing request) {
    try {
      connection.send(request.head, request.body);
      isSent = true;
    } catch (IOException _) {
      // Reading the head fails too unless there is an answer.
    }
  }

  /// By type, never by text: messages of the JDK change and may quote the peer.
  private static FailureReason reason(IOException failure) {
    return switch (failure) {
      case NotConnectedException e -> e.reason();
      case SSLException _ -> new NetworkError("tls", "No encrypted connection to the upstream.");
      case ProtocolException _ -> new NetworkError("protocol", "The upstream does not speak HTTP.");
      default -> new NetworkError("reset", "The connection to the upstream broke.");
    };
  }

  @Override
  public UpstreamResult result() {
    UpstreamResult known = result;
    if (known == null) {
      known = await();
      result = known;
      if (known instanceof UpstreamResult.Unanswered) {
        close();
      }
    }
    return known;
  }

  private UpstreamResult await() {
    try {
      if (!exchange.join(limits.firstByte.remaining())) {
        // The caller takes the next upstream, or tells its client.
        boolean isOver = limits.body.total().hasPassed();
        return new UpstreamResult.Unanswered(new TimedOut(isOver ? "total" : "first_byte"));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new UpstreamResult.Unanswered(new CallLost("The call was interrupted."));
    }
    UpstreamResult known = arrived;
    if (isClosed) {
      return new UpstreamResult.Unanswered(new CallLost("The call was closed."));
    }
    return known == null ? new UpstreamResult.Unanswered(new CallLost("The call failed.")) : known;
  }

  @Override
  public boolean isClosed() {
    return isClosed;
  }

  /// A body that was read to its end leaves its connection to the next call, unless the request
  /// still goes out on it: closing it ends that.
  @Override
  public void bodyEnded(boolean isWhole) {
    UpstreamConnection connection = reusable;
    if (isWhole && isSent && connection != null && channel.getAndSet(null) != null) {
      route.idle.put(route.origin, connection);
    }
    close();
  }

  @Override
  public void close() {
    isClosed = true;
    closeChannel();
    running.remove(this);
  }

  private void closeChannel() {
    SocketChannel owned = channel.getAndSet(null);
    if (owned != null) {
      UpstreamConnection.close(owned);
    }
  }
}
