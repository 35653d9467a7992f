package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// A connection to an upstream, encrypted or not. One call at a time uses it; [#close] may come
/// from any thread, and what waits on the connection then fails at once.
final class UpstreamConnection {

  /// The head and the beginning of the body leave together: a server that waits for the second
  /// packet would wait for our delayed acknowledgement.
  private static final int FIRST_WRITE_BYTES = 16 * 1024;

  private final SocketChannel channel;
  private final Socket socket;
  private final ConnectionInput input;

  private UpstreamConnection(SocketChannel channel, Socket socket) {
    this.channel = channel;
    this.socket = socket;
    this.input = new ConnectionInput(socket);
  }

  /// No connection stands. The message is never shown.
  static final class NotConnectedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient FailureReason reason;

    NotConnectedException(FailureReason reason, Throwable cause) {
      super(cause);
      this.reason = reason;
    }

    FailureReason reason() {
      return reason;
    }
  }

  /// Connects, and for an encrypted origin shakes hands: its certificate must be for the host, and
  /// HTTP/1.1 is all that is offered.
  ///
  /// @param channel new; closed when this fails
  /// @param limit for all of it
  static UpstreamConnection open(
      SocketChannel channel, Origin origin, Duration limit, Supplier<SSLSocketFactory> tls)
      throws NotConnectedException {
    Deadline end = Deadline.in(limit);
    Socket plain = channel.socket();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      plain.connect(new InetSocketAddress(origin.host(), origin.port()), millis(end));
    } catch (IOException | UnsupportedAddressTypeException e) {
      throw failed(channel, e, new NetworkError("connect", "No connection to the upstream."));
    }
    if (!origin.isEncrypted()) {
      return new UpstreamConnection(channel, plain);
    }
    try {
      plain.setSoTimeout(millis(end));
      return new UpstreamConnection(channel, encrypted(plain, origin, tls.get()));
    } catch (IOException e) {
      throw failed(channel, e, new NetworkError("tls", "No encrypted connection to the upstream."));
    }
  }

  private static Socket encrypted(Socket plain, Origin origin, SSLSocketFactory tls)
      throws IOException {
    SSLSocket socket =
        (SSLSocket) tls.createSocket(plain, origin.host(), origin.port(), /* autoClose= */ true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(new String[] {"http/1.1"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static NotConnectedException failed(
      SocketChannel channel, Exception cause, FailureReason otherwise) {
    close(channel);
    return new NotConnectedException(
        cause instanceof SocketTimeoutException ? new TimedOut("connect") : otherwise, cause);
  }

  private static int millis(Deadline end) {
    return Math.clamp(end.remaining().toMillis(), 1, Integer.MAX_VALUE);
  }

  SocketChannel channel() {
    return channel;
  }

  ConnectionInput input() {
    return input;
  }

  /// Whether a request is so short that no server can keep [#send] waiting.
  static boolean isShort(byte[] head, byte[] body) {
    return head.length + body.length <= FIRST_WRITE_BYTES;
  }

  /// May run beside a thread that reads.
  void send(byte[] head, byte[] body) throws IOException {
    OutputStream out = socket.getOutputStream();
    int early = Math.clamp(FIRST_WRITE_BYTES - head.length, 0, body.length);
    byte[] first = Arrays.copyOf(head, head.length + early);
    System.arraycopy(body, 0, first, head.length, early);
    out.write(first);
    if (early < body.length) {
      out.write(body, early, body.length - early);
    }
  }

  /// True when the other side has neither closed the connection nor said more than was read, as far
  /// as is known here. Waits for nothing.
  boolean isSilent() {
    try {
      boolean isDecrypted = socket instanceof SSLSocket && socket.getInputStream().available() > 0;
      if (isDecrypted || !input.isEmpty()) {
        return false;
      }
      channel.configureBlocking(false);
      boolean isSilent = channel.read(ByteBuffer.allocate(1)) == 0;
      channel.configureBlocking(true);
      return isSilent;
    } catch (IOException _) {
      return false; // The caller opens another one.
    }
  }

  void close() {
    close(channel);
  }

  /// Without a farewell, which would wait for the other side.
  static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // Nothing of it is used any more, whatever was wrong with it.
    }
  }
}
