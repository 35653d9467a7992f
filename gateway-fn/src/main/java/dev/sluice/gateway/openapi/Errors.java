package dev.sluice.gateway.openapi;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The answers that are errors, one for each status, made from the catalogue.
final class Errors {

  /// The model server's own refusal of a body, passed on.
  private static final int UNPROCESSABLE = 422;

  private Errors() {}

  /// Under which name the answer with a status is found.
  static String name(int status) {
    return "Error" + status;
  }

  static JsonObject responses() {
    NavigableMap<Integer, String> descriptions =
        new TreeMap<>(
            Arrays.stream(ErrorCode.values())
                .filter(code -> code.status().isPresent())
                .collect(
                    Collectors.groupingBy(
                        code -> code.status().orElseThrow(),
                        Collectors.mapping(Errors::sentence, Collectors.joining("\n")))));
    descriptions.put(UNPROCESSABLE, sentence(ErrorCode.UPSTREAM_REJECTED));
    JsonObject.Builder json = JsonObject.builder();
    descriptions.forEach((status, description) -> json.put(name(status), response(description)));
    return json.build();
  }

  private static String sentence(ErrorCode code) {
    return "- `" + code.text() + "`: " + code.cause() + " " + code.fix();
  }

  private static JsonObject response(String description) {
    JsonObject schema =
        JsonObject.builder()
            .put("schema", JsonObject.builder().put("$ref", "#/components/schemas/Error").build())
            .build();
    return JsonObject.builder()
        .put("description", description)
        .put("content", JsonObject.builder().put("application/json", schema).build())
        .build();
  }
}
