package dev.sluice.local.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.upstream.SocketUpstreamClient;
import dev.sluice.upstream.Upstream;
import dev.sluice.upstream.UpstreamBody.Whole;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult.Answered;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;

/// Something that makes calls, each on a virtual thread of its own that waits for the whole answer.
interface DispatchEngine {

  Duration LIMIT = Duration.ofSeconds(30);

  /// One call.
  ///
  /// @return the size of the answer's body
  /// @throws IOException when there is no whole answer
  int call(int port, byte[] body, boolean stream) throws IOException, InterruptedException;

  /// The engine of this name.
  static DispatchEngine of(String name) {
    return switch (name) {
      case "sluice" -> new Sluice();
      case "jdk" -> new Jdk();
      case "bare" -> new Bare();
      default -> throw new IllegalArgumentException("There is no engine " + name);
    };
  }

  /// Ours, through its port.
  final class Sluice implements DispatchEngine {

    private final SocketUpstreamClient client =
        new SocketUpstreamClient(_ -> Optional.of("a key"), 1_000_000);

    @Override
    public int call(int port, byte[] body, boolean stream) throws IOException {
      Upstream upstream =
          new Upstream(
              "up",
              URI.create("http://127.0.0.1:" + port + "/v1"),
              Upstream.Protocol.CHAT,
              new Upstream.Credential.Environment("KEY"),
              new Upstream.Timeouts(LIMIT, LIMIT, LIMIT, LIMIT, LIMIT),
              false);
      UpstreamRequest request =
          new UpstreamRequest(upstream, "/chat/completions", body, stream, "resp_1", null, LIMIT);
      try (UpstreamCall call = client.begin(request)) {
        if (call.result() instanceof Answered answered
            && answered.body().readAll() instanceof Whole.Complete(byte[] bytes)) {
          return bytes.length;
        }
        throw new IOException("There is no whole answer");
      }
    }
  }

  /// The client of the JDK, as simple as can be.
  final class Jdk implements DispatchEngine {

    private final HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();

    @Override
    public int call(int port, byte[] body, boolean stream)
        throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
              .POST(BodyPublishers.ofByteArray(body))
              .timeout(LIMIT)
              .header("content-type", "application/json")
              .header("accept", stream ? "text/event-stream" : "application/json")
              .header("accept-encoding", "identity")
              .header("user-agent", "sluice")
              .header("x-request-id", "resp_1")
              .header("authorization", "Bearer a key")
              .build();
      return client.send(request, BodyHandlers.ofByteArray()).body().length;
    }
  }

  /// A socket for each thread, without limits, and an answer whose form is known: the floor.
  final class Bare implements DispatchEngine {

    private static final ThreadLocal<Socket> SOCKETS = new ThreadLocal<>();

    @Override
    public int call(int port, byte[] body, boolean stream) throws IOException {
      Socket socket = SOCKETS.get();
      if (socket == null) {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        SOCKETS.set(socket);
      }
      String head =
          "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: "
              + body.length
              + "\r\n\r\n";
      socket.getOutputStream().write((head + new String(body, ISO_8859_1)).getBytes(ISO_8859_1));
      return stream ? stream(socket) : json(socket);
    }

    private static int json(Socket socket) throws IOException {
      return socket.getInputStream().read(new byte[8_192]);
    }

    private static int stream(Socket socket) throws IOException {
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[8_192];
      int size = 0;
      int count = in.read(buffer);
      while (!new String(buffer, Math.max(0, count - 5), Math.min(5, count), ISO_8859_1)
          .equals("0\r\n\r\n")) {
        size += count;
        count = in.read(buffer);
      }
      return size + count;
    }
  }
}
