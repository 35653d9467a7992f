package dev.sluice.local.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// A model server that takes its time and little else: one thread, thousands of connections. It
/// answers a request that asks for a stream with 20 events over its latency, any other with a JSON
/// body after it. A process of its own, so that its work is not counted with its clients'.
final class DispatchUpstream {

  static final int EVENTS = 20;

  private static final int BACKLOG = 8_192;
  private static final String EVENT =
      """
      data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"word word"},"finish_reason":null}]}

      """;
  private static final String BODY = "{\"text\":\"" + "word ".repeat(400) + "\"}";
  private static final byte[] JSON =
      ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
              + BODY.length()
              + "\r\n\r\n"
              + BODY)
          .getBytes(ISO_8859_1);
  private static final String CHUNK = Integer.toHexString(EVENT.length()) + "\r\n" + EVENT + "\r\n";
  private static final String STREAM_HEAD =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

  private final long latencyNanos;
  private final Selector selector;
  private final ServerSocketChannel server;
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::at));

  /// Something to be written.
  private record Due(long at, Client client, int number) {}

  private static final class Client {
    private final SocketChannel channel;
    private final ByteBuffer received = ByteBuffer.allocate(8_192);
    private boolean stream;

    private Client(SocketChannel channel) {
      this.channel = channel;
    }
  }

  private DispatchUpstream(Duration latency) throws IOException {
    latencyNanos = latency.toNanos();
    selector = Selector.open();
    server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  /// Serves until it is killed.
  ///
  /// @param arguments the latency in milliseconds; the port is printed
  public static void main(String[] arguments) throws IOException {
    DispatchUpstream upstream =
        new DispatchUpstream(Duration.ofMillis(Long.parseLong(arguments[0])));
    System.out.println(upstream.server.socket().getLocalPort());
    while (upstream.selector.isOpen()) {
      upstream.write();
      upstream.read();
    }
  }

  private void write() throws IOException {
    for (Due next = due.peek(); next != null && next.at <= System.nanoTime(); next = due.peek()) {
      due.remove(next);
      try {
        write(next);
      } catch (IOException _) {
        next.client.channel.close(); // The client has gone; the others stay.
      }
    }
  }

  private void write(Due next) throws IOException {
    if (!next.client.stream) {
      write(next.client, JSON);
      return;
    }
    boolean isLast = next.number == EVENTS;
    String text = (next.number == 1 ? STREAM_HEAD : "") + CHUNK + (isLast ? "0\r\n\r\n" : "");
    write(next.client, text.getBytes(ISO_8859_1));
    if (!isLast) {
      due.add(new Due(next.at + latencyNanos / EVENTS, next.client, next.number + 1));
    }
  }

  private static void write(Client client, byte[] bytes) throws IOException {
    if (client.channel.write(ByteBuffer.wrap(bytes)) < bytes.length) {
      throw new IOException("A client does not read");
    }
  }

  private void read() throws IOException {
    @Nullable Due next = due.peek();
    long wait = next == null ? 1_000 : (next.at - System.nanoTime()) / 1_000_000;
    selector.select(this::handle, Math.max(1, wait));
  }

  private void handle(SelectionKey key) {
    try {
      if (key.attachment() instanceof Client client) {
        receive(client);
      } else {
        accept();
      }
    } catch (IOException _) {
      key.cancel(); // Its client has gone.
    }
  }

  private void accept() throws IOException {
    for (SocketChannel accepted = server.accept(); accepted != null; accepted = server.accept()) {
      accepted.configureBlocking(false);
      accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
      accepted.register(selector, SelectionKey.OP_READ, new Client(accepted));
    }
  }

  private void receive(Client client) throws IOException {
    if (client.channel.read(client.received) < 0) {
      client.channel.close();
      return;
    }
    String text = new String(client.received.array(), 0, client.received.position(), ISO_8859_1);
    int head = text.indexOf("\r\n\r\n");
    if (head < 0 || text.length() < head + 4 + length(text)) {
      return;
    }
    client.received.clear();
    client.stream = text.startsWith("{\"stream\":true", head + 4);
    long wait = client.stream ? latencyNanos / EVENTS : latencyNanos;
    due.add(new Due(System.nanoTime() + wait, client, 1));
  }

  private static int length(String text) {
    String name = "content-length: ";
    int at = text.toLowerCase(Locale.ROOT).indexOf(name) + name.length();
    return Integer.parseInt(text.substring(at, text.indexOf("\r\n", at)));
  }
}
