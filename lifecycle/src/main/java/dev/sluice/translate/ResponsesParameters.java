package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonBoolean;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import dev.sluice.wire.ResponseParameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a Responses request asked for, as its Response echoes it. A value of a wrong type is shown
/// as if it were absent.
public final class ResponsesParameters {

  /// What belongs to the request alone: no upstream knows better.
  private static final Set<String> OWN =
      Set.of(
          "instructions",
          "metadata",
          "previous_response_id",
          "prompt_cache_key",
          "safety_identifier",
          "tool_choice",
          "tools");

  private ResponsesParameters() {}

  public static ResponseParameters of(JsonObject request) {
    return ResponseParameters.with(echoed(request));
  }

  /// What the upstream says was in force, where the request left it to the default.
  public static ResponseParameters inForce(ResponseParameters own, JsonObject upstreamResponse) {
    Map<String, JsonValue> values = new LinkedHashMap<>(own.values().members());
    echoed(upstreamResponse)
        .forEach((name, value) -> {
          boolean isLeft =
              Objects.equals(ResponseParameters.DEFAULTS.values().get(name), values.get(name));
          if (isLeft && !OWN.contains(name)) {
            values.put(name, value);
          } else if (name.equals("reasoning")) {
            values.put(name, completed(values.get(name), value));
          }
        });
    return ResponseParameters.with(values);
  }

  /// A request may give the effort and leave the summary open, or the other way round.
  private static JsonValue completed(@Nullable JsonValue own, JsonValue upstreams) {
    if (!(own instanceof JsonObject given) || !(upstreams instanceof JsonObject found)) {
      return upstreams;
    }
    JsonObject.Builder json = given.toBuilder();
    found
        .members()
        .forEach((name, value) -> {
          if (given.isAbsent(name)) {
            json.put(name, value);
          }
        });
    return json.build();
  }

  private static Map<String, JsonValue> echoed(JsonObject source) {
    Map<String, JsonValue> given = new LinkedHashMap<>();
    for (String name : ResponseParameters.DEFAULTS.values().members().keySet()) {
      echo(name, source).ifPresent(value -> given.put(name, value));
    }
    return given;
  }

  private static Optional<JsonValue> echo(String name, JsonObject source) {
    JsonValue value = source.get(name);
    return switch (name) {
      case "temperature", "top_p", "presence_penalty", "frequency_penalty" ->
          value instanceof JsonNumber ? Optional.of(value) : Optional.empty();
      // A client may write 1e2; the Response object holds an integer.
      case "max_output_tokens", "max_tool_calls", "top_logprobs" ->
          source.number(name).map(JsonValue::of);
      case "parallel_tool_calls" ->
          value instanceof JsonBoolean ? Optional.of(value) : Optional.empty();
      case "metadata" -> value instanceof JsonObject ? Optional.of(value) : Optional.empty();
      case "reasoning" -> source.object(name).map(ResponsesParameters::reasoning);
      case "text" -> source.object(name).map(ResponsesParameters::text);
      case "tools" ->
          value instanceof JsonArray(List<JsonValue> tools)
              ? Optional.of(tools(tools))
              : Optional.empty();
      case "tool_choice" ->
          value instanceof JsonString || value instanceof JsonObject
              ? Optional.of(value)
              : Optional.empty();
      default -> value instanceof JsonString ? Optional.of(value) : Optional.empty();
    };
  }

  /// Both keys are required; `generate_summary` is the older name of the second.
  private static JsonObject reasoning(JsonObject reasoning) {
    return JsonObject.builder()
        .putNullable("effort", reasoning.text("effort").orElse(null))
        .putNullable(
            "summary",
            reasoning.text("summary").or(() -> reasoning.text("generate_summary")).orElse(null))
        .build();
  }

  private static JsonObject text(JsonObject text) {
    JsonObject.Builder json =
        JsonObject.builder()
            .put(
                "format",
                text.object("format")
                    .map(ResponsesParameters::format)
                    .orElseGet(() -> JsonObject.builder().put("type", "text").build()));
    text.text("verbosity").ifPresent(verbosity -> json.put("verbosity", verbosity));
    return json.build();
  }

  private static JsonObject format(JsonObject format) {
    String type = format.text("type").orElse("text");
    return type.equals("json_schema")
        ? JsonObject.builder()
            .put("type", type)
            .put("name", format.text("name").orElse(""))
            .putNullable("description", format.text("description").orElse(null))
            .put("schema", orNull(format.get("schema")))
            .put("strict", format.isTrue("strict"))
            .build()
        : JsonObject.builder().put("type", type).build();
  }

  private static JsonArray tools(List<JsonValue> tools) {
    return new JsonArray(
        tools.stream()
            .filter(JsonObject.class::isInstance)
            .map(JsonObject.class::cast)
            .<JsonValue>map(ResponsesParameters::tool)
            .toList());
  }

  /// Open Responses wants all five keys of a function; the rest of a tool is its author's.
  private static JsonObject tool(JsonObject tool) {
    if (!tool.text("type").orElse("function").equals("function")) {
      return tool;
    }
    JsonObject.Builder json =
        JsonObject.builder()
            .put("type", "function")
            .put("name", tool.text("name").orElse(""))
            .put("description", orNull(tool.get("description")))
            .put("parameters", orNull(tool.get("parameters")))
            .put("strict", orNull(tool.get("strict")));
    tool.members()
        .forEach((name, value) -> {
          if (!Set.of("type", "name", "description", "parameters", "strict").contains(name)) {
            json.put(name, value);
          }
        });
    return json.build();
  }

  private static JsonValue orNull(@Nullable JsonValue value) {
    return value == null ? JsonNull.NULL : value;
  }
}
