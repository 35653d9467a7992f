package dev.sluice.priming;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server on the loopback interface that lives as long as one priming and can be reached from
/// this machine only. Safe for use by several threads.
public final class LoopbackServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LoopbackServer.class);

  /// Whatever addresses this JVM prefers.
  private static final String HOST = "127.0.0.1";

  /// What is said on one connection, from its first byte to its end.
  @FunctionalInterface
  public interface Conversation {

    /// @throws IOException when the other side has gone, which ends the connection
    void hold(InputStream in, OutputStream out) throws IOException;
  }

  private final ServerSocket server;
  private final Conversation conversation;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private LoopbackServer(ServerSocket server, Conversation conversation) {
    this.server = server;
    this.conversation = conversation;
  }

  /// A server on any free port.
  public static LoopbackServer start(Conversation conversation) throws IOException {
    LoopbackServer server =
        new LoopbackServer(new ServerSocket(0, 64, InetAddress.ofLiteral(HOST)), conversation);
    var _ = Thread.ofVirtual().name("loopback-server").start(server::accept);
    return server;
  }

  /// Host and port.
  public String address() {
    return HOST + ":" + server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = server.accept();
        connections.add(connection);
        if (server.isClosed()) {
          connection.close(); // It came too late for close() to see it.
        }
        var _ = Thread.ofVirtual().name("loopback-connection").start(() -> serve(connection));
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("A server of the priming accepts no more");
    }
  }

  private void serve(Socket connection) {
    try (connection;
        InputStream in = new BufferedInputStream(connection.getInputStream());
        OutputStream out = new BufferedOutputStream(connection.getOutputStream())) {
      connection.setTcpNoDelay(true);
      conversation.hold(in, out);
      out.flush();
    } catch (IOException | RuntimeException e) {
      LOG.atDebug().setCause(e).log("A connection of the priming has ended");
    } finally {
      connections.remove(connection);
    }
  }

  /// Ends the server and every connection to it.
  @Override
  public void close() throws IOException {
    server.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }
}
