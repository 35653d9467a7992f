package dev.sluice.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/// The door of a serverless database that resumes: it takes the first connections and answers none
/// of them, and leads to the database from then on.
final class ResumingDatabase implements AutoCloseable {

  private final ServerSocket door;
  private final int target;
  private final AtomicInteger left;

  private ResumingDatabase(ServerSocket door, int target, int unanswered) {
    this.door = door;
    this.target = target;
    this.left = new AtomicInteger(unanswered);
  }

  static ResumingDatabase start(int target, int unanswered) throws IOException {
    ResumingDatabase started =
        new ResumingDatabase(
            new ServerSocket(0, 8, InetAddress.getLoopbackAddress()), target, unanswered);
    var _ = Thread.ofVirtual().start(started::accept);
    return started;
  }

  int port() {
    return door.getLocalPort();
  }

  /// How many connections are still to be left without an answer.
  int left() {
    return left.get();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        if (left.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
          client.close();
        } else {
          Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
          var _ = Thread.ofVirtual().start(() -> copy(client, server));
          var _ = Thread.ofVirtual().start(() -> copy(server, client));
        }
      } catch (IOException e) {
        if (!door.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /// The end of one side is the end of both.
  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      var _ = from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException _) {
      // The other direction has closed them.
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
