package dev.sluice.priming;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.priming.LoopbackServer.Conversation;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// HTTP/1.1 as far as our own clients and AWS's speak it: one exchange, and the connection closes,
/// so that no client keeps it. Bodies are sized or chunked.
public final class LoopbackHttp implements Conversation {

  private final Function<Request, Answer> answers;

  /// @param answers called by a thread for each connection
  public LoopbackHttp(Function<Request, Answer> answers) {
    this.answers = answers;
  }

  /// @param path with its query
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Request(String method, String path, byte[] body) {}

  /// @param headers beside those that say how long the body is
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Answer(int status, Map<String, String> headers, byte[] body) {

    public Answer {
      headers = Map.copyOf(headers);
    }
  }

  @Override
  public void hold(InputStream in, OutputStream out) throws IOException {
    String line = line(in);
    if (line.isEmpty()) {
      return;
    }
    String[] words = line.split(" ", 3);
    Answer answer = answers.apply(new Request(words[0], words[1], body(in)));
    StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " -\r\n");
    answer.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append("Content-Length: " + answer.body().length + "\r\nConnection: close\r\n\r\n");
    out.write(head.toString().getBytes(ISO_8859_1));
    out.write(answer.body());
  }

  private static byte[] body(InputStream in) throws IOException {
    int length = 0;
    boolean isChunked = false;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).strip());
      }
      isChunked |= lower.startsWith("transfer-encoding:") && lower.endsWith("chunked");
    }
    return isChunked ? chunks(in) : in.readNBytes(length);
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
      body.write(in.readNBytes(size));
      var _ = line(in);
    }
    while (!line(in).isEmpty()) {
      // Trailers say nothing here.
    }
    return body.toByteArray();
  }

  private static int chunkSize(InputStream in) throws IOException {
    return Integer.parseInt(line(in).strip(), 16);
  }

  /// A line without its end; empty at the end of the stream, too.
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        if (line.size() > 0) {
          throw new EOFException("Half a line");
        }
        return "";
      }
      line.write(next);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }
}
