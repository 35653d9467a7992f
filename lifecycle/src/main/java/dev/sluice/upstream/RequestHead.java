package dev.sluice.upstream;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The head of a request in bytes: everything an upstream is told besides the body. The list is
/// complete on purpose.
final class RequestHead {

  private final StringBuilder text = new StringBuilder(512);

  private RequestHead() {}

  /// @param key what the upstream knows us by; [#isSayable] holds for it
  /// @throws IllegalArgumentException when a value would end its line
  static byte[] of(UpstreamRequest request, Origin origin, Optional<String> key) {
    RequestHead head = new RequestHead();
    head.text.append("POST ").append(target(request.uri())).append(" HTTP/1.1\r\n");
    head.add("host", origin.authority());
    head.add("content-length", Integer.toString(request.body().length));
    head.add("content-type", "application/json");
    head.add("accept", request.stream() ? "text/event-stream" : "application/json");
    head.add("accept-encoding", "identity");
    head.add("user-agent", "sluice");
    head.add("x-request-id", request.requestId());
    request.traceContext().ifPresent(context -> head.add("traceparent", context));
    key.ifPresent(text -> head.add("authorization", "Bearer " + text));
    return head.text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String target(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private void add(String name, String value) {
    if (!isSayable(value)) {
      throw new IllegalArgumentException("The header " + name + " has a value that none may have");
    }
    text.append(name).append(": ").append(value).append("\r\n");
  }

  /// Printable ASCII only: what ends a line would begin a header of its own.
  static boolean isSayable(String value) {
    return value.chars().allMatch(character -> character >= ' ' && character <= '~');
  }
}
