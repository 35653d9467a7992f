package dev.sluice.gateway.openapi;

import dev.sluice.gateway.http.Route;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One route as an operation of the document: what the table says about it, and what its
/// description adds.
///
/// @param description its entry among the resources
record Operation(Route route, JsonObject description) {

  /// @throws IllegalStateException when nobody described the route
  static Operation of(Route route, JsonObject descriptions) {
    return new Operation(
        route,
        descriptions
            .object(route.name())
            .orElseThrow(() -> new IllegalStateException("Nobody described " + route)));
  }

  JsonObject toJson() {
    JsonObject.Builder json =
        JsonObject.builder()
            .put("operationId", operationId())
            .put("summary", description.text("summary").orElseThrow())
            .put("x-sluice-function", route.function().name().toLowerCase(Locale.ROOT))
            .put("security", security())
            .put("parameters", parameters());
    description
        .text("request")
        .ifPresent(schema ->
            json.put(
                "requestBody",
                JsonObject.builder()
                    .put("required", true)
                    .put("content", content("application/json", schema).build())
                    .build()));
    return json.put("responses", responses()).build();
  }

  /// `GET_RESPONSE` becomes `getResponse`.
  private String operationId() {
    String[] words = route.name().toLowerCase(Locale.ROOT).split("_", -1);
    return words[0]
        + Arrays.stream(words)
            .skip(1)
            .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
            .collect(Collectors.joining());
  }

  private JsonArray security() {
    Stream<String> schemes =
        switch (route.access()) {
          case KEY -> Stream.of("bearer", "apiKey");
          case ADMIN -> Stream.of("adminKey");
          case PUBLIC -> Stream.empty();
        };
    return new JsonArray(
        schemes
            .<JsonValue>map(name -> JsonObject.builder().put(name, JsonArray.EMPTY).build())
            .toList());
  }

  private JsonArray parameters() {
    Stream<String> ofPath =
        Arrays.stream(route.template().split("/", -1))
            .filter(segment -> segment.startsWith("{"))
            .map(segment -> segment.substring(1, segment.length() - 1));
    Stream<String> others =
        description.items("parameters").stream().flatMap(name -> name.asText().stream());
    return new JsonArray(
        Stream.concat(ofPath, others)
            .<JsonValue>map(name -> reference("parameters", name))
            .toList());
  }

  private JsonObject responses() {
    String status = String.valueOf(description.number("status").orElse(200L));
    JsonObject.Builder content =
        content("application/json", description.text("answer").orElseThrow());
    description
        .text("events")
        .ifPresent(schema -> content.put("text/event-stream", schema(schema)));
    JsonObject.Builder json =
        JsonObject.builder()
            .put(
                status,
                JsonObject.builder()
                    .put("description", "The answer.")
                    .put("headers", headers())
                    .put("content", content.build())
                    .build());
    description.text("accepted").ifPresent(schema -> json.put("202", accepted(schema)));
    for (int error : errors()) {
      json.put(String.valueOf(error), reference("responses", Errors.name(error)));
    }
    return json.build();
  }

  private JsonObject accepted(String schema) {
    return JsonObject.builder()
        .put("description", "It is queued; GET it until it has ended.")
        .put(
            "headers",
            headers(Stream.of("x-request-id", "x-sluice-response-id", "openai-poll-after-ms")))
        .put("content", content("application/json", schema).build())
        .build();
  }

  private JsonObject headers() {
    return headers(
        route.function() == Route.Function.INFERENCE
            ? Stream.of("x-request-id", "x-sluice-response-id")
            : Stream.of("x-request-id"));
  }

  private static JsonObject headers(Stream<String> names) {
    JsonObject.Builder json = JsonObject.builder();
    names.forEach(name -> json.put(name, reference("headers", name)));
    return json.build();
  }

  /// Every route may fail; the rest follows from what it reads and whom it lets in.
  private NavigableSet<Integer> errors() {
    NavigableSet<Integer> statuses = new TreeSet<>(List.of(500, 503));
    if (route.access() != Route.Access.PUBLIC) {
      statuses.add(401);
    }
    if (route.method().equals("POST")) {
      statuses.addAll(List.of(400, 413, 415));
    }
    description.items("errors").stream()
        .flatMap(status -> status.asLong().stream())
        .map(Math::toIntExact)
        .forEach(statuses::add);
    return statuses;
  }

  private static JsonObject.Builder content(String type, String schema) {
    return JsonObject.builder().put(type, schema(schema));
  }

  private static JsonObject schema(String name) {
    return JsonObject.builder().put("schema", reference("schemas", name)).build();
  }

  private static JsonObject reference(String kind, String name) {
    return JsonObject.builder().put("$ref", "#/components/" + kind + "/" + name).build();
  }
}
