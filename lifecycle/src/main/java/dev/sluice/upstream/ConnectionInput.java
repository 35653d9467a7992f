package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What arrives on a connection. A read that timed out can be repeated: nothing that had arrived is
/// lost. For use by one thread at a time.
final class ConnectionInput {

  private static final int BUFFER_BYTES = 8 * 1024;

  private final Socket socket;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final StringBuilder line = new StringBuilder();
  private int position;
  private int end;
  private @Nullable Deadline limit;

  /// @param socket connected, its TLS handshake done
  ConnectionInput(Socket socket) {
    this.socket = socket;
  }

  /// From now on, a read that gets nothing within this time throws a
  /// [java.net.SocketTimeoutException]. What has arrived already is returned in any case.
  void limitTo(Duration patience) {
    limit = Deadline.in(patience);
  }

  /// From now on reads wait until the connection is closed.
  void waitForEver() {
    limit = null;
  }

  /// True when all that arrived was read.
  boolean isEmpty() {
    return position == end;
  }

  /// At least one byte, once there is one; empty at the end of the connection.
  byte[] some(long most) throws IOException {
    if (isEmpty() && !fill()) {
      return new byte[0];
    }
    int from = position;
    position += (int) Math.min(most, end - position);
    return Arrays.copyOfRange(buffer, from, position);
  }

  /// A line without its end, which is CR LF or LF (RFC 9112, section 2.2).
  ///
  /// @throws ProtocolException when it is longer, or holds what no line of HTTP may hold
  /// @throws EOFException when the connection ends before it
  String line(int mostBytes) throws IOException {
    String taken = untilFeed(mostBytes);
    boolean hasReturn = taken.endsWith("\r");
    return clean(hasReturn ? taken.substring(0, taken.length() - 1) : taken);
  }

  /// A line without its end, which is CR LF and nothing else.
  ///
  /// @throws ProtocolException when it is longer, ends otherwise, or holds what it may not
  /// @throws EOFException when the connection ends before it
  String strictLine(int mostBytes) throws IOException {
    String taken = untilFeed(mostBytes);
    if (!taken.endsWith("\r")) {
      throw new ProtocolException("A line ends without CR");
    }
    return clean(taken.substring(0, taken.length() - 1));
  }

  /// A CR or NUL in a line is read in different ways by different readers (RFC 9110, section 5.5).
  private static String clean(String text) throws ProtocolException {
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if ((character < ' ' && character != '\t') || character == '\u007f') {
        throw new ProtocolException("A control character in a line");
      }
    }
    return text;
  }

  private String untilFeed(int mostBytes) throws IOException {
    while (true) {
      if (isEmpty() && !fill()) {
        throw new EOFException("The connection ended in mid-line");
      }
      int from = position;
      while (position < end && buffer[position] != '\n') {
        position++;
      }
      line.append(new String(buffer, from, position - from, StandardCharsets.ISO_8859_1));
      if (line.length() > mostBytes + 1) {
        throw new ProtocolException("A line is too long");
      }
      if (position < end) {
        position++;
        String taken = line.toString();
        line.setLength(0);
        return taken;
      }
    }
  }

  private boolean fill() throws IOException {
    Deadline until = limit;
    // To a socket, zero is for ever.
    long millis = until == null ? 0 : Math.max(1, until.remaining().plusNanos(999_999).toMillis());
    socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
    int count = socket.getInputStream().read(buffer, 0, buffer.length);
    position = 0;
    end = Math.max(0, count);
    return count > 0;
  }
}
