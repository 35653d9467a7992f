package dev.sluice.emulators;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A request in the form that API Gateway gives to a Lambda proxy integration of a REST API
/// (payload version 1.0).
///
/// @param resource the path template
/// @param path as it was sent, without query
/// @param headers names as they were sent, values in their order
/// @param query decoded names and values, in their order
/// @param body the array is shared and must not be changed
@SuppressWarnings("ArrayRecordComponent") // nobody compares events by value
record ProxyEvent(
    String resource,
    String method,
    String path,
    Map<String, String> pathParameters,
    Map<String, List<String>> headers,
    Map<String, List<String>> query,
    byte[] body,
    Caller caller) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String STAGE = "local";

  /// Where a request came from and when.
  record Caller(String requestId, String sourceIp, Instant at) {}

  /// The JSON that the function reads.
  byte[] toJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length + 2_048);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("resource", resource);
      json.writeStringField("path", path);
      json.writeStringField("httpMethod", method);
      writeValues(json, "headers", "multiValueHeaders", headers);
      writeValues(json, "queryStringParameters", "multiValueQueryStringParameters", query);
      writeTexts(json, "pathParameters", pathParameters);
      json.writeNullField("stageVariables");
      writeContext(json);
      writeBody(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Memory refused an event", e);
    }
    return bytes.toByteArray();
  }

  /// With several values of one name, the single-value form has the last one.
  private static void writeValues(
      JsonGenerator json, String single, String multiple, Map<String, List<String>> values)
      throws IOException {
    Map<String, String> last = new LinkedHashMap<>();
    values.forEach((name, all) -> last.put(name, all.getLast()));
    writeTexts(json, single, last);
    if (values.isEmpty()) {
      json.writeNullField(multiple);
      return;
    }
    json.writeObjectFieldStart(multiple);
    for (var entry : values.entrySet()) {
      json.writeArrayFieldStart(entry.getKey());
      for (String value : entry.getValue()) {
        json.writeString(value);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void writeTexts(JsonGenerator json, String name, Map<String, String> texts)
      throws IOException {
    if (texts.isEmpty()) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    for (var entry : texts.entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  private void writeContext(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("requestContext");
    json.writeStringField("accountId", LambdaContext.ACCOUNT);
    json.writeStringField("apiId", "local");
    json.writeStringField("resourceId", "local");
    json.writeStringField("resourcePath", resource);
    json.writeStringField("httpMethod", method);
    json.writeStringField("path", "/" + STAGE + path);
    json.writeStringField("protocol", "HTTP/1.1");
    json.writeStringField("stage", STAGE);
    json.writeStringField("requestId", caller.requestId());
    json.writeStringField("extendedRequestId", caller.requestId());
    json.writeNumberField("requestTimeEpoch", caller.at().toEpochMilli());
    json.writeObjectFieldStart("identity");
    json.writeStringField("sourceIp", caller.sourceIp());
    json.writeStringField("userAgent", userAgent());
    json.writeEndObject();
    json.writeEndObject();
  }

  private @Nullable String userAgent() {
    return headers.entrySet().stream()
        .filter(entry -> entry.getKey().equalsIgnoreCase("user-agent"))
        .map(entry -> entry.getValue().getLast())
        .findFirst()
        .orElse(null);
  }

  private void writeBody(JsonGenerator json) throws IOException {
    if (body.length == 0) {
      json.writeNullField("body");
      json.writeBooleanField("isBase64Encoded", false);
      return;
    }
    String text = text();
    json.writeStringField("body", text == null ? Base64.getEncoder().encodeToString(body) : text);
    json.writeBooleanField("isBase64Encoded", text == null);
  }

  private @Nullable String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      // Not text, hence sent as base64.
      return null;
    }
  }

  /// Values by name, in the order in which the names came first.
  static Map<String, List<String>> grouped(Iterable<Map.Entry<String, String>> pairs) {
    return grouped(pairs, new LinkedHashMap<>());
  }

  /// Values by name, whose case does not matter: the first spelling of a name stays.
  static Map<String, List<String>> groupedHeaders(Iterable<Map.Entry<String, String>> pairs) {
    return grouped(pairs, new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
  }

  private static Map<String, List<String>> grouped(
      Iterable<Map.Entry<String, String>> pairs, Map<String, List<String>> into) {
    for (Map.Entry<String, String> pair : pairs) {
      into.computeIfAbsent(pair.getKey(), _ -> new ArrayList<>()).add(pair.getValue());
    }
    return into;
  }
}
