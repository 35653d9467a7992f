package dev.sluice.wire;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A JSON value that loses nothing: members keep their order and numbers keep the spelling of their
/// author.
///
/// Values are immutable and safe to share between threads.
public sealed interface JsonValue {

  static JsonString of(String text) {
    return new JsonString(text);
  }

  static JsonNumber of(long number) {
    return new JsonNumber(Long.toString(number));
  }

  static JsonBoolean of(boolean value) {
    return value ? JsonBoolean.TRUE : JsonBoolean.FALSE;
  }

  /// The string, or JSON null when there is none.
  static JsonValue ofNullable(@Nullable String text) {
    return text == null ? JsonNull.NULL : new JsonString(text);
  }

  /// The text of a string value; empty for every other kind.
  default Optional<String> asText() {
    return this instanceof JsonString(String text) ? Optional.of(text) : Optional.empty();
  }

  /// The value of a whole number that fits a long; empty for every other kind and for fractions.
  default Optional<Long> asLong() {
    return this instanceof JsonNumber number ? number.toLong() : Optional.empty();
  }

  /// The word of the specification for this kind of value, for error messages.
  default String kind() {
    return switch (this) {
      case JsonObject _ -> "object";
      case JsonArray _ -> "array";
      case JsonString _ -> "string";
      case JsonNumber _ -> "number";
      case JsonBoolean _ -> "boolean";
      case JsonNull _ -> "null";
    };
  }

  /// An object; the members keep the order in which they were written.
  record JsonObject(Map<String, JsonValue> members) implements JsonValue {

    public static final JsonObject EMPTY = new JsonObject(Map.of());

    public JsonObject {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    public static Builder builder() {
      return new Builder(new LinkedHashMap<>());
    }

    /// The member, or null when there is none; a member that is JSON null is returned as
    /// [JsonNull].
    public @Nullable JsonValue get(String name) {
      return members.get(name);
    }

    public boolean has(String name) {
      return members.containsKey(name);
    }

    /// The member as text; empty when it is absent or of another kind.
    public Optional<String> text(String name) {
      JsonValue value = members.get(name);
      return value == null ? Optional.empty() : value.asText();
    }

    /// The member as a whole number; empty when it is absent or of another kind.
    public Optional<Long> number(String name) {
      JsonValue value = members.get(name);
      return value == null ? Optional.empty() : value.asLong();
    }

    /// The member as an object; empty when it is absent or of another kind.
    public Optional<JsonObject> object(String name) {
      return members.get(name) instanceof JsonObject object
          ? Optional.of(object)
          : Optional.empty();
    }

    /// The items of an array member; empty when it is absent or of another kind.
    public List<JsonValue> items(String name) {
      return members.get(name) instanceof JsonArray(List<JsonValue> items) ? items : List.of();
    }

    /// True when the member is the literal `true`.
    public boolean isTrue(String name) {
      return members.get(name) instanceof JsonBoolean(boolean value) && value;
    }

    /// True when the member is absent or JSON null.
    public boolean isAbsent(String name) {
      JsonValue value = members.get(name);
      return value == null || value instanceof JsonNull;
    }

    /// A builder that starts with these members.
    public Builder toBuilder() {
      return new Builder(new LinkedHashMap<>(members));
    }

    /// Collects members in order; putting a name again replaces its value in place.
    public static final class Builder {

      private final Map<String, JsonValue> members;

      private Builder(Map<String, JsonValue> members) {
        this.members = members;
      }

      public Builder put(String name, JsonValue value) {
        members.put(name, Objects.requireNonNull(value, name));
        return this;
      }

      public Builder put(String name, String value) {
        return put(name, JsonValue.of(value));
      }

      public Builder put(String name, long value) {
        return put(name, JsonValue.of(value));
      }

      public Builder put(String name, boolean value) {
        return put(name, JsonValue.of(value));
      }

      /// Puts JSON null when there is no text.
      public Builder putNullable(String name, @Nullable String value) {
        return put(name, JsonValue.ofNullable(value));
      }

      public Builder remove(String name) {
        members.remove(name);
        return this;
      }

      public JsonObject build() {
        return new JsonObject(members);
      }
    }
  }

  record JsonArray(List<JsonValue> items) implements JsonValue {

    public static final JsonArray EMPTY = new JsonArray(List.of());

    public JsonArray {
      items = List.copyOf(items);
    }
  }

  record JsonString(String text) implements JsonValue {}

  /// A number as it was spelled; the spelling is not validated here, the codec only makes valid
  /// ones.
  record JsonNumber(String spelling) implements JsonValue {

    /// Empty for fractions and for numbers beyond a long.
    Optional<Long> toLong() {
      // A long has 19 digits; the bound keeps "1e999999999" from being expanded.
      if (spelling.length() > 40) {
        return Optional.empty();
      }
      BigDecimal decimal = new BigDecimal(spelling);
      if (decimal.signum() != 0 && decimal.precision() - decimal.scale() > 19) {
        return Optional.empty();
      }
      if (decimal.scale() > 40) {
        return decimal.signum() == 0 ? Optional.of(0L) : Optional.empty();
      }
      try {
        return Optional.of(decimal.longValueExact());
      } catch (ArithmeticException _) {
        return Optional
            .empty(); // A fraction, or beyond a long: the caller treats it as "not a whole number".
      }
    }

    /// The nearest double; infinite for numbers beyond its range.
    public double toDouble() {
      return Double.parseDouble(spelling);
    }
  }

  record JsonBoolean(boolean value) implements JsonValue {

    public static final JsonBoolean TRUE = new JsonBoolean(true);
    public static final JsonBoolean FALSE = new JsonBoolean(false);
  }

  record JsonNull() implements JsonValue {

    public static final JsonNull NULL = new JsonNull();
  }
}
