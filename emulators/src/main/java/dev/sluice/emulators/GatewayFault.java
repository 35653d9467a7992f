package dev.sluice.emulators;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// An error of API Gateway itself, for which no function was asked or none gave a usable answer.
///
/// On AWS its form is set by gateway responses; the names are those of the gateway's own errors.
enum GatewayFault {
  MALFORMED_REQUEST(
      400, "invalid_request_error", "malformed_request", "The request is not valid HTTP."),
  UNKNOWN_ROUTE(404, "not_found_error", "route_not_found", "There is no such route."),
  METHOD_NOT_ALLOWED(
      405, "invalid_request_error", "method_not_allowed", "The path does not have this method."),
  REQUEST_TOO_LARGE(
      413,
      "invalid_request_error",
      "request_too_large",
      "The request is larger than the 6 MB that one call may carry. Send less, or refer to large"
          + " content by URL."),
  URI_TOO_LONG(414, "invalid_request_error", "uri_too_long", "The request target is too long."),
  HEADERS_TOO_LARGE(
      431, "invalid_request_error", "headers_too_large", "The request headers are too large."),
  FUNCTION_FAILED(
      502, "server_error", "internal_error", "The function failed before it gave an answer."),
  CLOSING(503, "server_error", "overloaded", "The gateway is stopping. Try again."),
  FUNCTION_TIMEOUT(
      504, "upstream_error", "upstream_timeout", "The function did not answer in time.");

  private static final JsonFactory JSON = new JsonFactory();

  private final int status;
  private final String type;
  private final String code;
  private final String message;

  GatewayFault(int status, String type, String code, String message) {
    this.status = status;
    this.type = type;
    this.code = code;
    this.message = message;
  }

  int status() {
    return status;
  }

  /// The fault that stands for an HTTP status of the server's parser.
  static GatewayFault ofParserStatus(int status) {
    return switch (status) {
      case 413 -> REQUEST_TOO_LARGE;
      case 414 -> URI_TOO_LONG;
      case 431 -> HEADERS_TOO_LARGE;
      case 503 -> CLOSING;
      case 500 -> FUNCTION_FAILED;
      default -> MALFORMED_REQUEST;
    };
  }

  /// The JSON envelope.
  byte[] envelope(String requestId) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeObjectFieldStart("error");
      json.writeStringField("message", message);
      json.writeStringField("type", type);
      json.writeNullField("param");
      json.writeStringField("code", code);
      json.writeStringField("request_id", requestId);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Memory refused a few bytes", e);
    }
    return bytes.toByteArray();
  }
}
