package dev.sluice.emulators;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads HTTP/1.1 requests from a connection, one after the other (RFC 9112, the part that clients
/// of this project use: content-length, chunks, trailers, 100-continue).
final class HttpRequestReader {

  private final InputStream in;
  private final OutputStream out;

  HttpRequestReader(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /// The next request, or null when the client has closed the connection before it.
  @Nullable UpstreamRequest next(int number) throws IOException {
    RequestHead head = head();
    return head == null
        ? null
        : new UpstreamRequest(
            number, head.method(), head.path(), head.headers(), body(head).readAll());
  }

  /// The head of the next request, or null when the client has closed the connection before it. Its
  /// [#body] is read to its end before the next head is.
  @Nullable RequestHead head() throws IOException {
    String requestLine = line();
    if (requestLine == null) {
      return null;
    }
    String[] words = requestLine.split(" ", 3);
    if (words.length != 3) {
      throw new IOException("Not a request line: " + requestLine);
    }
    Map<String, List<String>> headers = fields();
    if (headers.getOrDefault("expect", List.of()).stream()
        .anyMatch("100-continue"::equalsIgnoreCase)) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    return new RequestHead(words[0], words[1], headers);
  }

  HttpRequestBody body(RequestHead head) {
    if (head.headers().containsKey("transfer-encoding")) {
      return HttpRequestBody.chunked(this);
    }
    return HttpRequestBody.ofLength(
        this, head.header("content-length").map(Integer::parseInt).orElse(0));
  }

  /// Header or trailer lines to the empty one, by lower-case name.
  Map<String, List<String>> fields() throws IOException {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    String line = mandatoryLine();
    while (!line.isEmpty()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("Not a header: " + line);
      }
      headers
          .computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
      line = mandatoryLine();
    }
    return headers;
  }

  byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("The client went within a body");
    }
    return bytes;
  }

  String mandatoryLine() throws IOException {
    String line = line();
    if (line == null) {
      throw new EOFException("The client went within a request");
    }
    return line;
  }

  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    while (next != '\n') {
      if (next < 0) {
        throw new EOFException("The client went within a line");
      }
      line.write(next);
      next = in.read();
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
