package dev.sluice.local;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// HTTP/1.1 by hand: sends exactly the bytes it is given, also those that no client would send.
final class RawHttp {

  private static final Duration SILENCE = Duration.ofSeconds(20);

  private RawHttp() {}

  /// @param headers the last value of each, by lower-case name
  @SuppressWarnings("ArrayRecordComponent") // bytes of a test, never compared by equals
  record Answer(int status, Map<String, String> headers, byte[] body) {

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /// What came on a connection before it ended.
  sealed interface Received {

    /// An answer whose end was marked as its end.
    record Whole(Answer answer) implements Received {}

    /// @param answer what came of it, null when not even its head was whole
    record Broken(@Nullable Answer answer, IOException why) implements Received {}
  }

  /// Sends one request on a connection of its own and reads the whole answer.
  ///
  /// @throws java.net.SocketTimeoutException when nothing comes for 20 s
  static Answer exchange(int port, byte[] request) throws IOException {
    return switch (receive(port, request, SILENCE)) {
      case Received.Whole(Answer answer) -> answer;
      case Received.Broken(_, IOException why) -> throw why;
    };
  }

  /// Sends one request on a connection of its own and reads what comes until the answer or the
  /// connection ends, or nothing comes for so long.
  static Received receive(int port, byte[] request, Duration silence) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) silence.toMillis());
      try {
        socket.getOutputStream().write(request);
        socket.getOutputStream().flush();
      } catch (IOException _) {
        // A server may answer and close before it has read all: what it said is read below.
      }
      return read(socket.getInputStream());
    } catch (IOException e) {
      return new Received.Broken(null, e);
    }
  }

  /// The bytes of a well-formed request around any body.
  static byte[] request(String method, String target, Map<String, String> headers, byte[] body) {
    StringBuilder head =
        new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Connection: close\r\nContent-Length: ").append(body.length).append("\r\n\r\n");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  private static Received read(InputStream in) throws IOException {
    String statusLine = line(in);
    if (!statusLine.startsWith("HTTP/1.1 ")) {
      throw new IOException("Not an HTTP answer: " + statusLine);
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    int status = Integer.parseInt(statusLine.substring(9, 12));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      body(in, headers, body);
    } catch (IOException e) {
      return new Received.Broken(new Answer(status, headers, body.toByteArray()), e);
    }
    return new Received.Whole(new Answer(status, headers, body.toByteArray()));
  }

  private static void body(InputStream in, Map<String, String> headers, ByteArrayOutputStream body)
      throws IOException {
    if (headers.containsKey("content-length")) {
      copy(in, Integer.parseInt(headers.get("content-length")), body);
    } else if ("chunked".equals(headers.get("transfer-encoding"))) {
      for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
        copy(in, size, body);
        if (!line(in).isEmpty()) {
          throw new IOException("A chunk is longer than it says");
        }
      }
    } else {
      in.transferTo(body);
    }
  }

  private static int chunkSize(InputStream in) throws IOException {
    return Integer.parseInt(line(in), 16);
  }

  private static void copy(InputStream in, int length, ByteArrayOutputStream body)
      throws IOException {
    byte[] bytes = in.readNBytes(length);
    body.writeBytes(bytes);
    if (bytes.length < length) {
      throw new EOFException("The connection ended inside the body");
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("The connection ended inside a line: " + line);
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }
}
