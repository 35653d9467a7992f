package dev.sluice.wire;

import dev.sluice.wire.Json.Parse;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a model server says in the body of an error, taken out of whatever envelope it came in.
///
/// Known forms: OpenAI's `{"error": {…}}`, the same nested again or inside an array (Google), a
/// bare string under `error`, a flat `{"message", "code"}` (vLLM), FastAPI's `detail` as a string
/// or as a list of findings, and plain text.
///
/// @param message never empty, at most 1,000 characters, never HTML
/// @param code the server's own word; numbers are dropped, because clients expect a string
/// @param param the field at fault, as the server names it
public record UpstreamErrorBody(String message, @Nullable String code, @Nullable String param) {

  static final int MAX_LENGTH = 1_000;
  private static final int MAX_NESTING = 4;
  private static final List<String> MESSAGE_NAMES =
      List.of("message", "detail", "error_description", "msg", "title");

  /// Reads the body of an answer with this status. Never throws, whatever the bytes are.
  ///
  /// @param contentType as the server sent it; empty when it did not
  public static UpstreamErrorBody unwrap(int status, byte[] body, String contentType) {
    String text = new String(body, StandardCharsets.UTF_8).strip();
    if (text.isEmpty() || isHtml(text, contentType)) {
      return silent(status);
    }
    return switch (Json.parseUpstream(body)) {
      case Parse.Parsed(JsonDocument document) ->
          ofJson(document.root(), MAX_NESTING).orElseGet(() -> raw(status, text));
      case Parse.Malformed _ -> raw(status, text);
    };
  }

  /// The text as it is, unless there is a page somewhere in it.
  private static UpstreamErrorBody raw(int status, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.contains("<html") || lower.contains("<!doctype")
        ? silent(status)
        : new UpstreamErrorBody(cut(text), null, null);
  }

  private static UpstreamErrorBody silent(int status) {
    return new UpstreamErrorBody("The upstream answered " + status + ".", null, null);
  }

  private static boolean isHtml(String text, String contentType) {
    String start =
        text.substring(0, Math.min(text.length(), 256)).stripLeading().toLowerCase(Locale.ROOT);
    return contentType.toLowerCase(Locale.ROOT).contains("html")
        || start.startsWith("<!doctype")
        || start.startsWith("<html")
        || start.startsWith("<head")
        || start.startsWith("<body")
        || start.startsWith("<?xml")
        || start.startsWith("<!--");
  }

  private static Optional<UpstreamErrorBody> ofJson(JsonValue value, int nesting) {
    if (nesting == 0) {
      return Optional.empty();
    }
    return switch (value) {
      case JsonObject object -> ofObject(object, nesting);
      case JsonArray(List<JsonValue> items) ->
          items.stream().flatMap(item -> ofJson(item, nesting - 1).stream()).findFirst();
      case JsonString(String text) when !text.isBlank() && !isHtml(text.strip(), "") ->
          Optional.of(new UpstreamErrorBody(cut(text.strip()), null, null));
      default -> Optional.empty();
    };
  }

  private static Optional<UpstreamErrorBody> ofObject(JsonObject object, int nesting) {
    for (String name : List.of("error", "errors")) {
      JsonValue inner = object.get(name);
      Optional<UpstreamErrorBody> found =
          inner == null ? Optional.empty() : ofJson(inner, nesting - 1);
      if (found.isPresent()) {
        return found.map(body -> body.orElse(word(object, "code"), word(object, "param")));
      }
    }
    return MESSAGE_NAMES.stream()
        .flatMap(name -> message(object.get(name)).stream())
        .findFirst()
        .map(text -> new UpstreamErrorBody(cut(text), word(object, "code"), word(object, "param")));
  }

  /// The message itself, or FastAPI's findings in one line.
  private static Optional<String> message(@Nullable JsonValue value) {
    if (value instanceof JsonString(String text)) {
      return text.isBlank() || isHtml(text.strip(), "") ? Optional.empty() : Optional.of(text);
    }
    if (value instanceof JsonArray(List<JsonValue> findings)) {
      String joined =
          findings.stream()
              .flatMap(item -> finding(item).stream())
              .collect(Collectors.joining("; "));
      return joined.isEmpty() ? Optional.empty() : Optional.of(joined);
    }
    return value instanceof JsonObject object
        ? object.text("message").or(() -> object.text("msg"))
        : Optional.empty();
  }

  private static Optional<String> finding(JsonValue value) {
    if (!(value instanceof JsonObject object)) {
      return value.asText();
    }
    String place =
        object.items("loc").stream()
            .flatMap(step -> step.asText().or(() -> step.asLong().map(String::valueOf)).stream())
            .collect(Collectors.joining("."));
    return object.text("msg").map(text -> place.isEmpty() ? text : place + ": " + text);
  }

  private static @Nullable String word(JsonObject object, String name) {
    return object
        .text(name)
        .filter(text -> !text.isBlank())
        .map(UpstreamErrorBody::cut)
        .orElse(null);
  }

  private UpstreamErrorBody orElse(@Nullable String otherCode, @Nullable String otherParam) {
    return new UpstreamErrorBody(
        message, code == null ? otherCode : code, param == null ? otherParam : param);
  }

  /// At most 1,000 characters, without cutting a surrogate pair in two.
  private static String cut(String text) {
    if (text.length() <= MAX_LENGTH) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
    return text.substring(0, end);
  }
}
