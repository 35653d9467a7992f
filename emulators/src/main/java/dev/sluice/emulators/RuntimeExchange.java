package dev.sluice.emulators;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// One request of a function's runtime. It is answered once, perhaps by another thread than the one
/// that reads its connection.
final class RuntimeExchange {

  private static final JsonFactory JSON = new JsonFactory();

  private final RequestHead head;
  private final HttpRequestBody body;
  private final Socket socket;
  private final Signal done = new Signal();

  RuntimeExchange(RequestHead head, HttpRequestBody body, Socket socket) {
    this.head = head;
    this.body = body;
    this.socket = socket;
  }

  String method() {
    return head.method();
  }

  String path() {
    return head.path();
  }

  Optional<String> header(String lowerCaseName) {
    return head.header(lowerCaseName);
  }

  HttpRequestBody body() {
    return body;
  }

  boolean isStreaming() {
    return header("lambda-runtime-function-response-mode")
        .filter("streaming"::equalsIgnoreCase)
        .isPresent();
  }

  /// What the runtime reports with `/error`.
  FunctionError error() throws IOException {
    return FunctionError.parse(
        header("lambda-runtime-function-error-type").orElse(""), body.readAll());
  }

  /// What the runtime reports behind a streamed body that was read to its end.
  Optional<FunctionError> trailingError() {
    return body.trailer("lambda-runtime-function-error-type")
        .map(type ->
            FunctionError.parse(
                type,
                body.trailer("lambda-runtime-function-error-body")
                    .map(RuntimeExchange::decoded)
                    .orElse(new byte[0])));
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      return base64.getBytes(StandardCharsets.UTF_8); // Passed on as it is: a test sees it.
    }
  }

  /// Hands the runtime an invocation.
  void deliver(Invocation invocation) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Lambda-Runtime-Aws-Request-Id", invocation.requestId());
    headers.put("Lambda-Runtime-Deadline-Ms", Long.toString(invocation.deadline().toEpochMilli()));
    headers.put("Lambda-Runtime-Invoked-Function-Arn", invocation.functionArn());
    String traceId = invocation.traceId();
    if (traceId != null) {
      headers.put("Lambda-Runtime-Trace-Id", traceId);
    }
    answer("200 OK", headers, invocation.event());
  }

  void accepted() throws IOException {
    answer("202 Accepted", Map.of(), "{\"status\":\"OK\"}\n".getBytes(StandardCharsets.UTF_8));
  }

  void restored() throws IOException {
    answer("200 OK", Map.of(), new byte[0]);
  }

  /// The errors of the Runtime API (AWS, "Runtime API", `ErrorResponse`).
  void refuse(String status, String type, String message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("errorMessage", message);
      json.writeStringField("errorType", type);
      json.writeEndObject();
    }
    answer(status, Map.of(), bytes.toByteArray());
  }

  private void answer(String status, Map<String, String> headers, byte[] content)
      throws IOException {
    try {
      body.drain(); // The connection's next request begins behind it.
      StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
      headers.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
      text.append("Content-Type: application/json\r\nContent-Length: ").append(content.length);
      text.append("\r\n\r\n");
      OutputStream out = socket.getOutputStream();
      out.write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
      out.write(content);
      out.flush();
    } catch (IOException e) {
      cut();
      throw e;
    } finally {
      done.fire();
    }
  }

  /// Closes the connection without an answer.
  void cut() {
    try {
      socket.close();
    } catch (IOException _) {
      // Then it is gone already.
    }
    done.fire();
  }

  /// Answers whether the connection can take a further request; waits until this one is over.
  boolean awaitEnd() throws InterruptedException {
    done.await();
    return !socket.isClosed() && header("connection").filter("close"::equalsIgnoreCase).isEmpty();
  }
}
