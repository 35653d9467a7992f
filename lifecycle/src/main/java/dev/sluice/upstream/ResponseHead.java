package dev.sluice.upstream;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The head of an answer (RFC 9112). Whatever could make two readers disagree about where the body
/// ends is refused.
///
/// @param headers by lower-case name; of a repeated one the first, but of those that frame the body
///   all, divided by commas
record ResponseHead(boolean isCurrent, int status, Map<String, String> headers) {

  private static final int MAX_BYTES = 64 * 1024;
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.([01]) ([1-9][0-9]{2})(?: .*)?");
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "connection");
  private static final List<String> KEPT =
      List.of("content-type", "content-encoding", "retry-after");
  private static final String RATE_LIMITS = "x-ratelimit-";

  ResponseHead {
    headers = Map.copyOf(headers);
  }

  /// Waits for the head of the answer, past those that announce it (`100`, `103`). All of them
  /// together have the room of one: a server that announces without end is no server.
  ///
  /// @throws ProtocolException when what arrives is no HTTP
  static ResponseHead read(ConnectionInput input) throws IOException {
    input.waitForEver();
    Room room = new Room(input);
    ResponseHead head = one(room);
    while (head.status < 200) {
      if (head.status == 101) {
        throw new ProtocolException("Nobody asked for another protocol");
      }
      head = one(room);
    }
    return head;
  }

  /// What may still arrive before the body.
  private static final class Room {

    private final ConnectionInput input;
    private int left = MAX_BYTES;

    Room(ConnectionInput input) {
      this.input = input;
    }

    String line() throws IOException {
      String line = input.line(left);
      left = Math.max(0, left - line.length());
      return line;
    }
  }

  private static ResponseHead one(Room room) throws IOException {
    String first = room.line();
    Matcher status = STATUS_LINE.matcher(first);
    if (!status.matches()) {
      throw new ProtocolException("Not a status line of HTTP/1.1");
    }
    Map<String, String> headers = new HashMap<>();
    for (String line = room.line(); !line.isEmpty(); line = room.line()) {
      int colon = line.indexOf(':');
      if (colon < 0 || !NAME.matcher(line.substring(0, colon)).matches()) {
        throw new ProtocolException("Not a header");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      var _ =
          headers.merge(
              name,
              line.substring(colon + 1).strip(),
              (all, more) -> FRAMING.contains(name) ? all + "," + more : all);
    }
    return new ResponseHead(
        status.group(1).equals("1"), Integer.parseInt(status.group(2)), headers);
  }

  /// The headers that mean something to us.
  Map<String, String> kept() {
    Map<String, String> kept = new LinkedHashMap<>();
    headers.forEach((name, value) -> {
      if (KEPT.contains(name) || name.startsWith(RATE_LIMITS)) {
        kept.put(name, value);
      }
    });
    return kept;
  }

  /// @throws ProtocolException when the head does not say clearly where the body ends
  BodySource body(ConnectionInput input) throws ProtocolException {
    String coding = headers.get("transfer-encoding");
    String length = headers.get("content-length");
    if (isBodiless()) {
      return new BodySource.Sized(input, 0);
    }
    if (coding != null) {
      // HTTP/1.0 knows no chunks: what an old proxy passed on of them cannot be trusted (6.1).
      if (!isCurrent || !coding.equalsIgnoreCase("chunked") || length != null) {
        throw new ProtocolException("Not a body that we asked for");
      }
      return new BodySource.Chunked(input);
    }
    return length == null
        ? new BodySource.UntilClosed(input)
        : new BodySource.Sized(input, length(length));
  }

  private static long length(String text) throws ProtocolException {
    List<String> told = Arrays.stream(text.split(",", -1)).map(String::strip).distinct().toList();
    String length = told.getFirst();
    boolean isNumber =
        !length.isEmpty()
            && length.length() <= 18
            && length.chars().allMatch(digit -> digit >= '0' && digit <= '9');
    if (told.size() > 1 || !isNumber) {
      throw new ProtocolException("The length of a body is not clear");
    }
    return Long.parseLong(length);
  }

  private boolean isBodiless() {
    return status == 204 || status == 304;
  }

  /// Whether the server would take another request on this connection, and nothing else can come
  /// before the answer to it: some send the body that they announce where none may be.
  boolean keepsConnection() {
    boolean mayHaveMore =
        isBodiless()
            && (headers.containsKey("content-length") || headers.containsKey("transfer-encoding"));
    return isCurrent
        && !mayHaveMore
        && Arrays.stream(headers.getOrDefault("connection", "").split(",", -1))
            .noneMatch(option -> option.strip().equalsIgnoreCase("close"));
  }
}
