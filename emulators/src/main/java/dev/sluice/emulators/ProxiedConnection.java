package dev.sluice.emulators;

import dev.sluice.emulators.TcpProxy.Cut;
import dev.sluice.emulators.TcpProxy.Direction;
import dev.sluice.emulators.TcpProxy.Trigger;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client of a [TcpProxy] and its connection to the target, pumped by a thread per direction.
final class ProxiedConnection {

  private static final Logger LOG = LoggerFactory.getLogger(ProxiedConnection.class);
  private static final int BUFFER_BYTES = 16 * 1024;

  private final TcpProxy proxy;
  private final Socket client;
  private final Socket target;

  /// Set when the next answer of the server is to be swallowed and the connection cut.
  private final AtomicReference<@Nullable Trigger> cutOnAnswer = new AtomicReference<>();

  ProxiedConnection(TcpProxy proxy, Socket client, Socket target) {
    this.proxy = proxy;
    this.client = client;
    this.target = target;
  }

  void start() {
    var _ = Thread.ofVirtual().name("proxy-to-server").start(() -> pump(Direction.TO_SERVER));
    var _ = Thread.ofVirtual().name("proxy-to-client").start(() -> pump(Direction.TO_CLIENT));
  }

  private void pump(Direction direction) {
    try {
      switch (direction) {
        case TO_SERVER -> pumpToServer();
        case TO_CLIENT -> pumpToClient();
      }
    } catch (IOException e) {
      // One side was reset: the other side sees the same.
      LOG.atDebug().setCause(e).log("A proxied connection ended");
      cut();
    }
  }

  private void pumpToServer() throws IOException {
    InputStream in = client.getInputStream();
    OutputStream out = target.getOutputStream();
    byte[] buffer = new byte[BUFFER_BYTES];
    byte[] seen = {};
    int length = in.read(buffer);
    while (length >= 0) {
      proxy.hold(Direction.TO_SERVER);
      Trigger armed = proxy.trigger();
      byte[] read = Arrays.copyOf(buffer, length);
      int found = armed == null ? -1 : indexOf(join(seen, read), armed.bytes());
      if (armed != null && found >= 0 && proxy.take(armed)) {
        if (armed.cut() == Cut.BEFORE_FORWARDING) {
          out.write(read, 0, Math.max(0, found - seen.length));
          cut();
          armed.fired().fire();
          return;
        }
        cutOnAnswer.set(armed);
      }
      out.write(read);
      seen = armed == null ? new byte[0] : tail(join(seen, read), armed.bytes().length - 1);
      length = in.read(buffer);
    }
    target.shutdownOutput();
    endWhenBothAreDone();
  }

  private void pumpToClient() throws IOException {
    InputStream in = target.getInputStream();
    OutputStream out = client.getOutputStream();
    byte[] buffer = new byte[BUFFER_BYTES];
    int length = in.read(buffer);
    while (length >= 0) {
      proxy.hold(Direction.TO_CLIENT);
      Trigger armed = cutOnAnswer.get();
      if (armed != null) {
        cut();
        armed.fired().fire();
        return;
      }
      out.write(buffer, 0, length);
      length = in.read(buffer);
    }
    client.shutdownOutput();
    endWhenBothAreDone();
  }

  private void endWhenBothAreDone() throws IOException {
    if (client.isOutputShutdown() && target.isOutputShutdown()) {
      client.close();
      target.close();
      proxy.ended(this);
    }
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  private static byte[] tail(byte[] bytes, int length) {
    return Arrays.copyOfRange(bytes, Math.max(0, bytes.length - length), bytes.length);
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int i = 0; i <= bytes.length - wanted.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  /// Resets both sides.
  void cut() {
    close(true);
  }

  /// Closes both sides in good order.
  void hangUp() {
    close(false);
  }

  private void close(boolean reset) {
    for (Socket socket : new Socket[] {client, target}) {
      try {
        if (reset) {
          socket.setSoLinger(true, 0);
        }
        socket.close();
      } catch (IOException e) {
        LOG.atDebug().setCause(e).log("A side was gone before it was cut");
      }
    }
    proxy.ended(this);
  }
}
