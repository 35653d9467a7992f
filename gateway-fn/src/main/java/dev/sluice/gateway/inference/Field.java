package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonBoolean;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A value of a request body together with the path under which the client knows it, such as
/// `messages[2].content[0].image_url`. A check that fails ends the request with a 400 that names
/// the path and what was expected, never the value.
///
/// @param path empty for the body itself
/// @param value null when the member is absent
record Field(String path, @Nullable JsonValue value) {

  static Field root(JsonObject body) {
    return new Field("", body);
  }

  /// True for JSON null too: clients send it for what they leave out.
  boolean isAbsent() {
    return value == null || value instanceof JsonNull;
  }

  boolean isText() {
    return value instanceof JsonString;
  }

  boolean isArray() {
    return value instanceof JsonArray;
  }

  boolean isNumber() {
    return value instanceof JsonNumber;
  }

  /// A member of this object; absent when this is no object.
  Field member(String name) {
    String below = path.isEmpty() ? name : path + "." + name;
    return new Field(below, value instanceof JsonObject object ? object.get(name) : null);
  }

  Field required() {
    if (isAbsent()) {
      throw GatewayException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER, "'" + path + "' is required.", path);
    }
    return this;
  }

  String text() {
    if (value instanceof JsonString(String text)) {
      return text;
    }
    throw wrongType("a string");
  }

  String nonEmptyText() {
    String text = text();
    if (text.isEmpty()) {
      throw invalid("must not be empty");
    }
    return text;
  }

  boolean truth() {
    if (value instanceof JsonBoolean(boolean truth)) {
      return truth;
    }
    throw wrongType("a boolean");
  }

  Field object() {
    if (value instanceof JsonObject) {
      return this;
    }
    throw wrongType("an object");
  }

  List<Field> items() {
    if (!(value instanceof JsonArray(List<JsonValue> items))) {
      throw wrongType("an array");
    }
    List<Field> fields = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      fields.add(new Field(path + "[" + i + "]", items.get(i)));
    }
    return fields;
  }

  List<Field> items(int min, int max) {
    List<Field> items = items();
    if (items.size() < min || items.size() > max) {
      String allowed = max == Integer.MAX_VALUE ? "at least " + min : min + " to " + max;
      throw invalid("must have " + allowed + " items, not " + items.size());
    }
    return items;
  }

  /// The members of this object as fields.
  List<Field> members() {
    return object().value instanceof JsonObject members
        ? members.members().keySet().stream().map(this::member).toList()
        : List.of();
  }

  void checkText() {
    if (!isAbsent()) {
      var _ = text();
    }
  }

  void checkTruth() {
    if (!isAbsent()) {
      var _ = truth();
    }
  }

  void checkObject() {
    if (!isAbsent()) {
      var _ = object();
    }
  }

  void checkOneOf(Set<String> words) {
    if (!isAbsent() && !words.contains(text())) {
      throw invalid("must be one of " + String.join(", ", words.stream().sorted().toList()));
    }
  }

  void checkNumber(double min, double max) {
    if (isAbsent()) {
      return;
    }
    if (!(value instanceof JsonNumber number)) {
      throw wrongType("a number");
    }
    double actual = number.toDouble();
    if (!(actual >= min && actual <= max)) {
      throw invalid("must be between " + shown(min) + " and " + shown(max));
    }
  }

  void checkInteger(long min, long max) {
    if (isAbsent()) {
      return;
    }
    if (!(value instanceof JsonNumber number)) {
      throw wrongType("an integer");
    }
    long actual = number.asLong().orElseThrow(() -> wrongType("an integer"));
    if (actual < min || actual > max) {
      throw invalid(
          max == Long.MAX_VALUE
              ? "must be at least " + min
              : "must be between " + min + " and " + max);
    }
  }

  private static String shown(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }

  private GatewayException wrongType(String expected) {
    return invalid("must be " + expected + ", not " + (value == null ? "absent" : value.kind()));
  }

  /// The 400 for this field.
  ///
  /// @param rule what goes on after the name, such as `must not be empty`
  GatewayException invalid(String rule) {
    return GatewayException.of(ErrorCode.INVALID_VALUE, "'" + path + "' " + rule + ".", path);
  }
}
