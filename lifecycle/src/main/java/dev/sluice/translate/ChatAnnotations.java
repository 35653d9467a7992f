package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;

/// Citations of a chat message, which nests them, in the flat form of the Responses API.
final class ChatAnnotations {

  private ChatAnnotations() {}

  static JsonArray flat(List<JsonValue> annotations) {
    return new JsonArray(
        annotations.stream()
            .filter(JsonObject.class::isInstance)
            .map(JsonObject.class::cast)
            .<JsonValue>map(ChatAnnotations::flat)
            .toList());
  }

  private static JsonObject flat(JsonObject annotation) {
    if (!annotation.text("type").orElse("").equals("url_citation")) {
      return annotation;
    }
    JsonObject citation = annotation.object("url_citation").orElse(annotation);
    return JsonObject.builder()
        .put("type", "url_citation")
        .put("url", citation.text("url").orElse(""))
        .put("title", citation.text("title").orElse(""))
        .put("start_index", citation.number("start_index").orElse(0L))
        .put("end_index", citation.number("end_index").orElse(0L))
        .build();
  }
}
