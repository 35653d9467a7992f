package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// A runtime that a test drives by hand over one connection.
final class TestingRuntime implements AutoCloseable {

  private final Socket socket;
  private final InputStream in;

  TestingRuntime(RuntimeApi api) throws IOException {
    String[] address = api.address().split(":", 2);
    socket = new Socket(address[0], Integer.parseInt(address[1]));
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /// @param headers by lower-case name
  record Answer(int status, Map<String, String> headers, String body) {

    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  Answer next() throws IOException {
    return get("invocation/next");
  }

  Answer get(String resource) throws IOException {
    begin("GET", resource, "");
    return read();
  }

  Answer post(String resource, String body) throws IOException {
    begin("POST", resource, "Content-Length: " + body.getBytes(UTF_8).length + "\r\n");
    send(body);
    return read();
  }

  void begin(String resource, String headers) throws IOException {
    begin("POST", resource, headers);
  }

  void begin(String method, String resource, String headers) throws IOException {
    send(
        method
            + " /2018-06-01/runtime/"
            + resource
            + " HTTP/1.1\r\nHost: x\r\n"
            + headers
            + "\r\n");
  }

  void chunk(String text) throws IOException {
    send(Integer.toHexString(text.getBytes(UTF_8).length) + "\r\n" + text + "\r\n");
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    socket.getOutputStream().flush();
  }

  Answer read() throws IOException {
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    Map<String, String> headers = new HashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      String[] parts = line.split(": ", 2);
      headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Answer(status, headers, new String(in.readNBytes(length), UTF_8));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("The connection was closed");
      }
      line.append(new String(new byte[] {(byte) next}, ISO_8859_1));
    }
    return line.toString().stripTrailing();
  }

  /// Ends the connection, whatever is under way.
  void leave() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
