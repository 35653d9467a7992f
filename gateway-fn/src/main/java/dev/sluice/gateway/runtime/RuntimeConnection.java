package dev.sluice.gateway.runtime;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// One connection to the Runtime API: HTTP/1.1, as much of it as both ends need. Sizes are bounded,
/// so that a peer that is no Runtime API cannot fill the memory. For use by one thread.
final class RuntimeConnection implements AutoCloseable {

  /// The Runtime API is on the same machine.
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

  private static final int MAX_LINE_BYTES = 16 * 1024;
  private static final int MAX_HEADERS = 100;

  /// More than an event may have: 6 MB and its rounding.
  private static final int MAX_BODY_BYTES = 8 * 1024 * 1024;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /// @throws IOException when nobody listens there
  RuntimeConnection(InetSocketAddress address) throws IOException {
    socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(address, (int) CONNECT_LIMIT.toMillis());
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /// An answer of the Runtime API.
  ///
  /// @param headers by lower-case name
  @SuppressWarnings("ArrayRecordComponent") // nobody compares answers by value
  record Answer(int status, Map<String, String> headers, byte[] body) {

    String header(String name) {
      return headers.getOrDefault(name, "");
    }

    boolean keepsConnection() {
      return !header("connection").equalsIgnoreCase("close");
    }
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
  }

  /// Waits for the answer to what was written.
  ///
  /// @param patience of each read, zero for no limit
  Answer read(Duration patience) throws IOException {
    socket.setSoTimeout((int) Math.min(patience.toMillis(), Integer.MAX_VALUE));
    int status = status(line());
    while (status >= 100 && status < 200) {
      var _ = headers();
      status = status(line());
    }
    Map<String, String> headers = headers();
    byte[] body =
        headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")
            ? chunks()
            : exactly(size(headers.getOrDefault("content-length", "0"), 10));
    return new Answer(status, headers, body);
  }

  private static int status(String line) throws IOException {
    String[] words = line.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5][0-9]{2}")) {
      throw new IOException("Not a status line of HTTP/1.1");
    }
    return Integer.parseInt(words[1]);
  }

  /// Header or trailer lines to the empty one.
  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() == MAX_HEADERS) {
        throw new IOException("Not a header of the Runtime API");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int size = chunkSize();
    while (size > 0) {
      if (body.size() + size > MAX_BODY_BYTES) {
        throw new IOException("More than " + MAX_BODY_BYTES + " bytes");
      }
      body.write(exactly(size));
      var _ = line();
      size = chunkSize();
    }
    var _ = headers();
    return body.toByteArray();
  }

  private int chunkSize() throws IOException {
    return size(line().split(";", 2)[0].strip(), 16);
  }

  private static int size(String text, int radix) throws IOException {
    try {
      int size = Integer.parseInt(text, radix);
      if (size >= 0 && size <= MAX_BODY_BYTES) {
        return size;
      }
    } catch (NumberFormatException e) {
      throw new IOException("Not a size", e);
    }
    throw new IOException("More than " + MAX_BODY_BYTES + " bytes");
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("The Runtime API ended its answer early");
    }
    return bytes;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("The Runtime API closed the connection");
      }
      if (line.size() == MAX_LINE_BYTES) {
        throw new IOException("A line of more than " + MAX_LINE_BYTES + " bytes");
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // It is not used again, closed or not.
    }
  }
}
