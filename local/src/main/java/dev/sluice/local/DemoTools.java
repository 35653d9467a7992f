package dev.sluice.local;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonBoolean;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// How `demo-tools` picks a tool and makes up arguments that fit its JSON schema.
final class DemoTools {

  /// What lies deeper is left null: a schema may refer to itself, several times in each object.
  private static final int MAX_DEPTH = 5;

  private static final int PIECE_LENGTH = 8;

  private final JsonObject root;

  private DemoTools(JsonObject root) {
    this.root = root;
  }

  /// A tool that a request offers.
  ///
  /// @param parameters the JSON schema of its arguments
  /// @param custom whether it takes free text instead
  record Offer(String name, JsonObject parameters, boolean custom) {}

  /// A call of the tool that the request insists on, else of the first one; empty when none is
  /// offered.
  static Optional<DemoReply> call(DemoAsk ask) {
    return ask.tools().stream()
        .filter(offer -> ask.chosenTool().map(offer.name()::equals).orElse(true))
        .findFirst()
        .map(DemoTools::call);
  }

  private static DemoReply call(Offer offer) {
    String text =
        offer.custom()
            ? "example " + offer.name()
            : new String(Json.write(arguments(offer.parameters())), StandardCharsets.UTF_8);
    List<String> pieces = new ArrayList<>();
    for (int from = 0; from < text.length(); from += PIECE_LENGTH) {
      pieces.add(text.substring(from, Math.min(from + PIECE_LENGTH, text.length())));
    }
    String id = "call_" + UUID.randomUUID().toString().replace("-", "");
    return new DemoReply.ToolCall(id, offer.name(), pieces, offer.custom());
  }

  /// Arguments for a function with these parameters: an object.
  static JsonValue arguments(JsonObject schema) {
    JsonValue value = new DemoTools(schema).example("", schema, 0);
    return value instanceof JsonObject ? value : JsonObject.EMPTY;
  }

  private JsonValue example(String name, JsonObject schema, int depth) {
    if (depth > MAX_DEPTH) {
      return JsonNull.NULL;
    }
    JsonValue fixed = schema.get("const");
    if (fixed != null) {
      return fixed;
    }
    if (!schema.items("enum").isEmpty()) {
      return schema.items("enum").getFirst();
    }
    Optional<JsonObject> other = elsewhere(schema);
    if (other.isPresent()) {
      return example(name, other.get(), depth + 1);
    }
    return switch (type(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> array(name, schema, depth);
      case "integer" -> number(schema, "1");
      case "number" -> number(schema, "1.5");
      case "boolean" -> JsonBoolean.TRUE;
      case "null" -> JsonNull.NULL;
      default -> JsonValue.of(text(name, schema));
    };
  }

  /// Where a schema says that another one holds: a reference, or the first alternative that is not
  /// null.
  private Optional<JsonObject> elsewhere(JsonObject schema) {
    Optional<JsonObject> referred = schema.text("$ref").flatMap(this::resolve);
    return referred.isPresent()
        ? referred
        : Stream.of("anyOf", "oneOf", "allOf")
            .flatMap(keyword -> schema.items(keyword).stream())
            .flatMap(item -> item instanceof JsonObject object ? Stream.of(object) : Stream.empty())
            .filter(object -> !type(object).equals("null"))
            .findFirst();
  }

  private Optional<JsonObject> resolve(String reference) {
    if (reference.equals("#")) {
      return Optional.of(root);
    }
    if (!reference.startsWith("#/")) {
      return Optional.empty();
    }
    Optional<JsonObject> place = Optional.of(root);
    for (String step : List.of(reference.substring(2).split("/", -1))) {
      place = place.flatMap(object -> object.object(step));
    }
    return place;
  }

  private static String type(JsonObject schema) {
    return schema
        .text("type")
        .or(() ->
            schema.items("type").stream()
                .flatMap(item -> item.asText().stream())
                .filter(text -> !text.equals("null"))
                .findFirst())
        .orElse(schema.has("properties") ? "object" : "");
  }

  private JsonValue object(JsonObject schema, int depth) {
    JsonObject.Builder object = JsonObject.builder();
    schema
        .object("properties")
        .orElse(JsonObject.EMPTY)
        .members()
        .forEach((name, property) -> {
          if (property instanceof JsonObject inner) {
            object.put(name, example(name, inner, depth + 1));
          }
        });
    return object.build();
  }

  private JsonValue array(String name, JsonObject schema, int depth) {
    JsonObject items = schema.object("items").orElse(JsonObject.EMPTY);
    int count = Math.clamp(schema.number("minItems").orElse(1L), 1, 10);
    return new JsonArray(Collections.nCopies(count, example(name, items, depth + 1)));
  }

  private static JsonValue number(JsonObject schema, String otherwise) {
    JsonValue minimum = schema.get("minimum");
    return minimum instanceof JsonNumber ? minimum : new JsonNumber(otherwise);
  }

  private static String text(String name, JsonObject schema) {
    String lower = name.toLowerCase(Locale.ROOT);
    return switch (schema.text("format").orElse("")) {
      case "date" -> "2026-01-31";
      case "date-time" -> "2026-01-31T12:00:00Z";
      case "email" -> "someone@example.com";
      case "uri", "url" -> "https://example.com/";
      case "uuid" -> "00000000-0000-4000-8000-000000000000";
      default ->
          lower.contains("city") || lower.contains("location")
              ? "Paris"
              : name.isEmpty() ? "example" : "example " + name;
    };
  }
}
