package dev.sluice.emulators;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a function says about its HTTP answer: the prelude of a streamed answer, or a whole
/// buffered one.
///
/// @param headers names as the function wrote them; `cookies` have become `set-cookie`
/// @param body empty for a prelude; the array is shared and must not be changed
@SuppressWarnings("ArrayRecordComponent") // nobody compares answers by value
record FunctionAnswer(int status, Map<String, List<String>> headers, byte[] body) {

  private static final JsonFactory JSON = new JsonFactory();

  /// Reads `{"statusCode", "headers", "multiValueHeaders", "cookies", "body", "isBase64Encoded"}`;
  /// other fields mean nothing. Without a status code it is 200.
  ///
  /// @throws IOException when the bytes are not such a document
  static FunctionAnswer parse(byte[] bytes) throws IOException {
    try (JsonParser json = JSON.createParser(bytes)) {
      expect(json, json.nextToken(), JsonToken.START_OBJECT);
      Reading reading = new Reading();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        reading.field(name, json, json.nextToken());
      }
      if (json.nextToken() != null) {
        throw new IOException("The answer goes on after its end");
      }
      return reading.answer();
    }
  }

  private static void expect(JsonParser json, JsonToken token, JsonToken wanted)
      throws IOException {
    if (token != wanted) {
      throw new IOException("Expected " + wanted + " at " + json.currentTokenLocation());
    }
  }

  /// An answer of which some fields have been read.
  private static final class Reading {

    private int status = 200;
    private final Map<String, List<String>> single = new LinkedHashMap<>();
    private final Map<String, List<String>> multiple = new LinkedHashMap<>();
    private List<String> cookies = List.of();
    private String body = "";
    private boolean base64;

    void field(String name, JsonParser json, JsonToken token) throws IOException {
      if (token == JsonToken.VALUE_NULL) {
        return;
      }
      switch (name) {
        case "statusCode" -> status = json.getValueAsInt();
        case "headers" -> readHeaders(json, token, single);
        case "multiValueHeaders" -> readHeaders(json, token, multiple);
        case "cookies" -> cookies = texts(json, token);
        case "body" -> {
          expect(json, token, JsonToken.VALUE_STRING);
          body = json.getText();
        }
        case "isBase64Encoded" -> base64 = json.getBooleanValue();
        default -> json.skipChildren();
      }
    }

    private static void readHeaders(
        JsonParser json, JsonToken token, Map<String, List<String>> into) throws IOException {
      expect(json, token, JsonToken.START_OBJECT);
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (value == JsonToken.START_ARRAY) {
          into.put(name, texts(json, value));
        } else if (value.isScalarValue()) {
          into.put(name, List.of(json.getText()));
        } else {
          throw new IOException("The header " + name + " is not text");
        }
      }
    }

    private static List<String> texts(JsonParser json, JsonToken token) throws IOException {
      expect(json, token, JsonToken.START_ARRAY);
      List<String> texts = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        texts.add(json.getText());
      }
      return texts;
    }

    FunctionAnswer answer() throws IOException {
      if (status < 200 || status > 599) {
        throw new IOException("Not a final HTTP status: " + status);
      }
      Map<String, List<String>> headers = new LinkedHashMap<>(single);
      headers.putAll(multiple);
      if (!cookies.isEmpty()) {
        headers.put("set-cookie", cookies);
      }
      return new FunctionAnswer(status, headers, bytes());
    }

    private byte[] bytes() throws IOException {
      if (!base64) {
        return body.getBytes(StandardCharsets.UTF_8);
      }
      try {
        return Base64.getDecoder().decode(body);
      } catch (IllegalArgumentException e) {
        throw new IOException("The body is not base64", e);
      }
    }
  }
}
