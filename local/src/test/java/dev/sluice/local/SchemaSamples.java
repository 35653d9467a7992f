package dev.sluice.local;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonBoolean;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Values made up from the JSON Schemas of the contract, by a seeded generator.
///
/// @param named what members of these names hold, where any text would fit but few mean something
record SchemaSamples(
    RandomGenerator random, JsonObject schemas, Map<String, List<JsonValue>> named) {

  private static final int MAX_DEPTH = 7;
  private static final int TRIES = 50;
  private static final double OPTIONAL = 0.3;
  private static final List<String> TEXTS =
      List.of("hello", "two words", "Grüße, 世界 😀", "\"quoted\" \\ \n line", "a", "x".repeat(300));
  private static final List<String> NAMES = List.of("get_weather", "patch", "A-1", "x");

  /// A value that fits the schema of this name, as the validator says.
  JsonValue valid(String schema) {
    for (int i = 0; i < TRIES; i++) {
      JsonValue value = of(schemas.object(schema).orElseThrow(), "", 0);
      if (ContractCheck.violations(schema, value).isEmpty()) {
        return value;
      }
    }
    throw new AssertionError("No value was found that fits " + schema);
  }

  /// Any value of a parameter's schema.
  JsonValue any(JsonObject schema) {
    return of(schema, "", 0);
  }

  private JsonValue of(JsonObject schema, String name, int depth) {
    if (named.containsKey(name)) {
      return pick(named.get(name));
    }
    JsonValue fixed = schema.get("const");
    if (fixed != null) {
      return fixed;
    }
    if (!schema.items("enum").isEmpty()) {
      return pick(schema.items("enum"));
    }
    if (schema.has("$ref")) {
      String reference = schema.text("$ref").orElseThrow();
      String target = reference.substring(reference.lastIndexOf('/') + 1);
      return of(schemas.object(target).orElseThrow(), name, depth + 1);
    }
    for (String choice : List.of("oneOf", "anyOf")) {
      if (schema.has(choice)) {
        return of((JsonObject) pick(schema.items(choice)), name, depth + 1);
      }
    }
    return switch (type(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, name, depth);
      case "string" -> text(schema);
      case "integer" -> integer(schema);
      case "number" -> number(schema);
      case "boolean" -> JsonValue.of(random.nextBoolean());
      case "null" -> JsonNull.NULL;
      default -> anything();
    };
  }

  private String type(JsonObject schema) {
    return schema
        .text("type")
        .orElseGet(() ->
            schema.items("type").isEmpty()
                ? schema.has("properties") ? "object" : ""
                : pick(schema.items("type")).asText().orElse(""));
  }

  private JsonValue object(JsonObject schema, int depth) {
    JsonObject properties = schema.object("properties").orElse(JsonObject.EMPTY);
    List<JsonValue> required = schema.items("required");
    JsonObject.Builder made = JsonObject.builder();
    properties
        .members()
        .forEach((name, property) -> {
          boolean wanted = depth < MAX_DEPTH && random.nextDouble() < OPTIONAL;
          if (required.contains(JsonValue.of(name)) || wanted) {
            made.put(name, of((JsonObject) property, name, depth + 1));
          }
        });
    schema
        .object("additionalProperties")
        .ifPresent(free ->
            IntStream.range(0, random.nextInt(3))
                .forEach(i -> made.put("key" + i, of(free, "", depth + 1))));
    JsonObject object = made.build();
    List<JsonValue> rules = new ArrayList<>(schema.items("allOf"));
    rules.add(schema);
    for (JsonValue rule : rules) {
      object = conditioned(object, properties, (JsonObject) rule, depth);
    }
    return object;
  }

  /// What follows `then` is added where `if` holds.
  private JsonObject conditioned(
      JsonObject object, JsonObject properties, JsonObject rule, int depth) {
    if (!rule.has("if") || !holds(rule.object("if").orElseThrow(), object)) {
      return object;
    }
    JsonObject then = rule.object("then").orElseThrow();
    Map<String, JsonValue> all = new LinkedHashMap<>(properties.members());
    all.putAll(then.object("properties").orElse(JsonObject.EMPTY).members());
    JsonObject.Builder more = object.toBuilder();
    for (JsonValue item : then.items("required")) {
      String name = item.asText().orElseThrow();
      JsonValue property = all.getOrDefault(name, JsonObject.EMPTY);
      more.put(name, of((JsonObject) property, name, depth + 1));
    }
    return more.build();
  }

  private static boolean holds(JsonObject condition, JsonObject object) {
    boolean there =
        condition.items("required").stream()
            .allMatch(name -> object.has(name.asText().orElseThrow()));
    return there
        && condition.object("properties").orElse(JsonObject.EMPTY).members().entrySet().stream()
            .allMatch(entry -> holds((JsonObject) entry.getValue(), object.get(entry.getKey())));
  }

  private static boolean holds(JsonObject condition, @Nullable JsonValue value) {
    if (value == null) {
      return true;
    }
    return condition.has("const")
        ? value.equals(condition.get("const"))
        : condition.items("enum").isEmpty()
            ? condition.text("type").orElse(value.kind()).equals(value.kind())
            : condition.items("enum").contains(value);
  }

  private JsonValue array(JsonObject schema, String name, int depth) {
    long least = schema.number("minItems").orElse(0L);
    int more = depth > MAX_DEPTH ? 0 : random.nextInt(3);
    JsonObject items = schema.object("items").orElse(JsonObject.EMPTY);
    return new JsonArray(
        IntStream.range(0, (int) least + more)
            .mapToObj(_ -> of(items, name.isEmpty() ? "" : name + "[]", depth + 1))
            .toList());
  }

  private JsonValue text(JsonObject schema) {
    if (schema.has("pattern")) {
      return JsonValue.of(NAMES.get(random.nextInt(NAMES.size())));
    }
    boolean empty = schema.number("minLength").isEmpty() && random.nextInt(10) == 0;
    return JsonValue.of(empty ? "" : TEXTS.get(random.nextInt(TEXTS.size())));
  }

  private JsonValue integer(JsonObject schema) {
    long least = schema.number("minimum").orElse(-3L);
    long most = schema.number("maximum").orElse(least + 5_000);
    return switch (random.nextInt(4)) {
      case 0 -> JsonValue.of(least);
      case 1 -> JsonValue.of(most);
      default -> JsonValue.of(random.nextLong(least, most + 1));
    };
  }

  private JsonValue number(JsonObject schema) {
    double least = schema.get("minimum") instanceof JsonNumber low ? low.toDouble() : -5;
    double most = schema.get("maximum") instanceof JsonNumber high ? high.toDouble() : 5;
    return new JsonNumber(String.valueOf(random.nextDouble(least, most)));
  }

  /// A value of any kind.
  JsonValue anything() {
    return switch (random.nextInt(9)) {
      case 0 -> JsonNull.NULL;
      case 1 -> JsonBoolean.TRUE;
      case 2 -> JsonValue.of("");
      case 3 -> JsonValue.of("text");
      case 4 -> JsonValue.of(-1);
      case 5 -> new JsonNumber("1.5e300");
      case 6 -> JsonArray.EMPTY;
      case 7 -> JsonObject.builder().put("type", "text").build();
      default -> new JsonArray(List.of(JsonArray.EMPTY, JsonNull.NULL, JsonObject.EMPTY));
    };
  }

  /// The value with one place in it taken away or holding something else.
  JsonValue mutated(JsonValue value) {
    return switch (value) {
      case JsonObject object when !object.members().isEmpty() -> mutated(object);
      case JsonArray(List<JsonValue> items) when !items.isEmpty() && random.nextInt(4) > 0 -> {
        List<JsonValue> changed = new ArrayList<>(items);
        int at = random.nextInt(items.size());
        changed.set(at, mutated(items.get(at)));
        yield new JsonArray(changed);
      }
      default -> anything();
    };
  }

  private JsonValue mutated(JsonObject object) {
    List<String> names = List.copyOf(object.members().keySet());
    String name = names.get(random.nextInt(names.size()));
    JsonValue value = object.members().getOrDefault(name, JsonNull.NULL);
    return switch (random.nextInt(5)) {
      case 0 -> object.toBuilder().remove(name).build();
      case 1 -> object.toBuilder().put(name, anything()).build();
      case 2 -> object.toBuilder().put("unknown", anything()).build();
      default -> object.toBuilder().put(name, mutated(value)).build();
    };
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
