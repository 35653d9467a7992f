package dev.sluice.upstream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A server on a socket of its own that answers every request with the same bytes, as they are.
final class TestingUpstream implements AutoCloseable {

  /// What happens after the bytes are sent.
  enum Then {
    STAY,
    END,
    RESET,
    HANG
  }

  private final ServerSocket server;
  private final byte[] answer;
  private final Then then;
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch clientGone = new CountDownLatch(1);
  final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

  TestingUpstream(String answer, Then then) {
    this.answer = answer.getBytes(StandardCharsets.UTF_8);
    this.then = then;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var _ = Thread.ofVirtual().start(this::accept);
  }

  URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
  }

  int connections() {
    return connections.get();
  }

  /// True when a client closed a connection on which the server hung.
  boolean sawClientGo() throws InterruptedException {
    return clientGone.await(10, TimeUnit.SECONDS);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        connections.incrementAndGet();
        var _ = Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return; // Closed by the test.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (readRequest(in)) {
        socket.getOutputStream().write(answer);
        socket.getOutputStream().flush();
        switch (then) {
          case STAY -> {
            // The next request may come.
          }
          case END -> {
            return;
          }
          case RESET -> {
            socket.setSoLinger(true, 0);
            return;
          }
          case HANG -> {
            var _ = in.readAllBytes();
            clientGone.countDown();
            return;
          }
        }
      }
    } catch (IOException _) {
      clientGone.countDown();
    }
  }

  private boolean readRequest(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int read = in.read();
      if (read < 0) {
        return false;
      }
      head.append((char) read);
    }
    int length = 0;
    for (String line : head.toString().split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring("content-length:".length()).trim());
      }
    }
    requests.add(head + new String(in.readNBytes(length), StandardCharsets.UTF_8));
    return true;
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
