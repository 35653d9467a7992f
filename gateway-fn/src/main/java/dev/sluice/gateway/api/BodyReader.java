package dev.sluice.gateway.api;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.wire.Json;
import dev.sluice.wire.Json.Parse;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A JSON body of a closed schema, read field by field; whatever is wrong is a 400 that names the
/// field.
record BodyReader(JsonObject object) {

  /// The last year that every calendar here can show.
  private static final Instant END_OF_CALENDAR = Instant.parse("+10000-01-01T00:00:00Z");

  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_NAME_LENGTH = 200;

  /// @param fields all that the schema knows
  static BodyReader parse(InboundRequest inbound, Set<String> fields) {
    if (!isJson(inbound.header("content-type").orElse("application/json"))) {
      throw GatewayException.of(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send \"Content-Type: application/json\".");
    }
    if (inbound.body().length > MAX_BYTES) {
      throw GatewayException.of(
          ErrorCode.REQUEST_TOO_LARGE, "The body has more than " + MAX_BYTES + " bytes.");
    }
    BodyReader reader = new BodyReader(object(Json.parse(inbound.body())));
    reader
        .object
        .members()
        .keySet()
        .forEach(name -> {
          if (!fields.contains(name)) {
            throw GatewayException.of(
                ErrorCode.UNKNOWN_PARAMETER, "There is no field of this name here.", name);
          }
        });
    return reader;
  }

  private static JsonObject object(Parse parse) {
    return switch (parse) {
      case Parse.Parsed(JsonDocument document) when document.root() instanceof JsonObject found ->
          found;
      case Parse.Parsed _ ->
          throw GatewayException.of(ErrorCode.INVALID_JSON, "The body must be a JSON object.");
      case Parse.Malformed(String message, String duplicate) ->
          throw duplicate.isEmpty()
              ? GatewayException.of(ErrorCode.INVALID_JSON, message)
              : GatewayException.of(ErrorCode.DUPLICATE_KEY, message, duplicate);
    };
  }

  private static boolean isJson(String contentType) {
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.equals("application/json") || type.endsWith("+json");
  }

  /// A name that people gave: 1–200 characters, none of them a control character.
  String name(String field) {
    JsonValue value = object.get(field);
    if (value == null) {
      throw GatewayException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER, "The field " + field + " is missing.", field);
    }
    return value
        .asText()
        .filter(text -> !text.isBlank() && text.length() <= MAX_NAME_LENGTH)
        .filter(text -> text.chars().noneMatch(Character::isISOControl))
        .filter(text -> text.codePoints().noneMatch(BodyReader::isUnpaired))
        .orElseThrow(
            () -> invalid(field, field + " is a text of 1 to " + MAX_NAME_LENGTH + " characters."));
  }

  /// A list of texts; empty when it is absent or null.
  Optional<List<String>> texts(String field) {
    if (object.isAbsent(field)) {
      return Optional.empty();
    }
    if (!(object.get(field) instanceof JsonArray(List<JsonValue> items))) {
      throw invalid(field, field + " is a list of texts.");
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof JsonString(String text)) || text.isBlank()) {
        throw invalid(field + "[" + i + "]", field + " is a list of texts.");
      }
      texts.add(text);
    }
    return Optional.of(List.copyOf(texts));
  }

  /// A point in time: RFC 3339, or whole seconds since the epoch; empty when it is absent or null.
  Optional<Instant> instant(String field) {
    if (object.isAbsent(field)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          object
              .number(field)
              .map(Instant::ofEpochSecond)
              .or(() -> object.text(field).map(Instant::parse))
              .filter(at -> at.isAfter(Instant.EPOCH) && at.isBefore(END_OF_CALENDAR))
              .orElseThrow(() -> notATime(field)));
    } catch (DateTimeException _) {
      throw notATime(field);
    }
  }

  /// Half of a surrogate pair is no character, and no database takes it.
  private static boolean isUnpaired(int codePoint) {
    return codePoint <= Character.MAX_VALUE && Character.isSurrogate((char) codePoint);
  }

  private static GatewayException notATime(String field) {
    return invalid(field, field + " is a time such as 2027-01-31T00:00:00Z, or epoch seconds.");
  }

  static GatewayException invalid(String param, String rule) {
    return GatewayException.of(ErrorCode.INVALID_VALUE, rule, param);
  }
}
