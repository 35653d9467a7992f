package dev.sluice.emulators;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// What a runtime says about a failure: `{"errorMessage", "errorType", "stackTrace"}`.
///
/// @param header the value of `Lambda-Runtime-Function-Error-Type`, empty without one
/// @param errorType the body's own; that of the header where the body has none
/// @param body as it came
public record FunctionError(String header, String errorType, String errorMessage, String body) {

  private static final JsonFactory JSON = new JsonFactory();

  /// An error that Lambda itself reports.
  static FunctionError of(String type, String message) {
    return new FunctionError(type, type, message, "");
  }

  /// Reads what a runtime sent; a body of another form is kept as it is.
  static FunctionError parse(String header, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    String type = header;
    String message = "";
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          JsonToken value = json.nextToken();
          if (value == JsonToken.VALUE_STRING && name.equals("errorType")) {
            type = json.getText();
          } else if (value == JsonToken.VALUE_STRING && name.equals("errorMessage")) {
            message = json.getText();
          } else {
            json.skipChildren();
          }
        }
      }
    } catch (IOException _) {
      message = text; // Lambda passes on whatever a runtime reports.
    }
    return new FunctionError(header, type, message, text);
  }
}
