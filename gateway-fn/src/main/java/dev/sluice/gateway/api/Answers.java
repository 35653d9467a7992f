package dev.sluice.gateway.api;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import java.util.List;
import java.util.Optional;

/// Answers as bytes of the one JSON codec.
final class Answers {

  private Answers() {}

  static HttpResponse<byte[]> ok(JsonValue value) {
    return json(HttpStatus.OK, value);
  }

  static HttpResponse<byte[]> json(HttpStatus status, JsonValue value) {
    return HttpResponse.<byte[]>status(status)
        .contentType(MediaType.APPLICATION_JSON_TYPE)
        .body(Json.write(value));
  }

  /// The list envelope with cursors; the ids are those of its first and last object.
  static HttpResponse<byte[]> page(List<JsonObject> data, boolean hasMore) {
    return ok(
        JsonObject.builder()
            .put("object", "list")
            .put("data", new JsonArray(List.copyOf(data)))
            .put("first_id", data.isEmpty() ? JsonNull.NULL : id(data.getFirst()))
            .put("last_id", data.isEmpty() ? JsonNull.NULL : id(data.getLast()))
            .put("has_more", hasMore)
            .build());
  }

  private static JsonValue id(JsonObject object) {
    return Optional.ofNullable(object.get("id")).orElse(JsonNull.NULL);
  }
}
