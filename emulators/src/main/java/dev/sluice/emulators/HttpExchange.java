package dev.sluice.emulators;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/// One HTTP request of a client while its answer is written.
final class HttpExchange {

  static final String REQUEST_ID = "x-request-id";

  /// What API Gateway sets itself, whatever the function says.
  private static final Set<String> OWN_HEADERS =
      Set.of("content-length", "transfer-encoding", "connection", "date", "keep-alive");

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final String requestId;

  HttpExchange(Request request, Response response, Callback callback, String requestId) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.requestId = requestId;
    response.getHeaders().put(REQUEST_ID, requestId);
  }

  Request request() {
    return request;
  }

  String requestId() {
    return requestId;
  }

  /// Ends the exchange with an error of the gateway, when nothing of an answer was sent yet.
  void fault(GatewayFault fault) {
    HttpFields.Mutable headers = response.getHeaders();
    response.setStatus(fault.status());
    headers.put("content-type", "application/json");
    headers.put("cache-control", "no-store");
    headers.put(REQUEST_ID, requestId);
    if (fault == GatewayFault.CLOSING) {
      headers.put("connection", "close");
      headers.put("retry-after", "1");
    }
    response.write(true, ByteBuffer.wrap(fault.envelope(requestId)), callback);
  }

  void methodNotAllowed(Set<String> allowed) {
    response.getHeaders().put("allow", String.join(", ", allowed));
    fault(GatewayFault.METHOD_NOT_ALLOWED);
  }

  /// Sets status and headers; they travel with the first bytes.
  void head(FunctionAnswer answer) {
    response.setStatus(answer.status());
    HttpFields.Mutable headers = response.getHeaders();
    for (Map.Entry<String, List<String>> header : answer.headers().entrySet()) {
      String name = header.getKey();
      if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
        headers.remove(name);
        header.getValue().forEach(value -> headers.add(name, value));
      }
    }
  }

  /// Sets status and headers of an answer whose body comes in parts, always in chunks: without them
  /// a client that asked for the end of the connection could not tell a cut from the end.
  void streamHead(FunctionAnswer answer) {
    head(answer);
    response.getHeaders().put("transfer-encoding", "chunked");
  }

  /// Sends head and body at once and ends the exchange.
  void complete(FunctionAnswer answer) {
    head(answer);
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
  }

  /// Hands these bytes to the operating system as one chunk and returns when they are there.
  ///
  /// @throws IOException when the client is gone
  void send(ByteBuffer bytes) throws IOException {
    try (Blocker.Callback blocker = Blocker.callback()) {
      response.write(false, bytes, blocker);
      blocker.block();
    }
  }

  /// Ends an answer whose body was sent in parts.
  void finish() {
    response.write(true, BufferUtil.EMPTY_BUFFER, callback);
  }

  /// Cuts the connection of an answer that has begun: the client must not take it for complete.
  void cut(Throwable cause) {
    callback.failed(cause);
  }
}
