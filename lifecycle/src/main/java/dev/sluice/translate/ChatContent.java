package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Content of an item as content of a chat message. Texts alone become one string, because some
/// chat templates accept nothing else; texts beside images and files stay parts.
final class ChatContent {

  private ChatContent() {}

  /// What the assistant said: its text, and why it refused.
  record Said(String text, String refusal) {}

  /// The content of a message that is not the assistant's, or the output of a tool.
  ///
  /// @param path of the content in the request, for errors
  static JsonValue of(@Nullable JsonValue content, String path) {
    if (!(content instanceof JsonArray(List<JsonValue> given))) {
      return JsonValue.of(content == null ? "" : content.asText().orElse(""));
    }
    List<JsonObject> parts = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      parts.add(part(given.get(i), path + "[" + i + "]"));
    }
    return parts.stream().allMatch(part -> part.text("text").isPresent())
        ? JsonValue.of(
            parts.stream()
                .map(part -> part.text("text").orElse(""))
                .collect(Collectors.joining("\n")))
        : new JsonArray(List.copyOf(parts));
  }

  /// The content of an assistant's message. Its parts are pieces of one text.
  static Said ofAssistant(@Nullable JsonValue content, String path) {
    if (!(content instanceof JsonArray(List<JsonValue> given))) {
      return new Said(content == null ? "" : content.asText().orElse(""), "");
    }
    StringBuilder text = new StringBuilder();
    StringBuilder refusal = new StringBuilder();
    for (int i = 0; i < given.size(); i++) {
      JsonObject part = part(given.get(i), path + "[" + i + "]");
      boolean refuses =
          given.get(i) instanceof JsonObject object
              && object.text("type").filter("refusal"::equals).isPresent();
      int place = i;
      String piece =
          part.text("text")
              .orElseThrow(() ->
                  new UntranslatableException(
                      path + "[" + place + "].type",
                      "This model takes only text and refusals in messages of the assistant."));
      (refuses ? refusal : text).append(piece);
    }
    return new Said(text.toString(), refusal.toString());
  }

  private static JsonObject part(JsonValue value, String path) {
    if (value instanceof JsonString(String text)) {
      return text(text);
    }
    JsonObject part = value instanceof JsonObject object ? object : JsonObject.EMPTY;
    String type = part.text("type").orElse("");
    return switch (type) {
      case "input_text", "output_text", "text" -> text(part.text("text").orElse(""));
      case "refusal" -> text(part.text("refusal").orElse(""));
      case "input_image" -> image(part, path);
      case "input_file" -> file(part, path);
      case "input_audio" -> part;
      default ->
          throw new UntranslatableException(
              path + ".type", "Content of type '" + type + "' is not available with this model.");
    };
  }

  private static JsonObject text(String text) {
    return JsonObject.builder().put("type", "text").put("text", text).build();
  }

  private static JsonObject image(JsonObject part, String path) {
    String url =
        part.text("image_url")
            .orElseThrow(() ->
                new UntranslatableException(
                    path + (part.isAbsent("file_id") ? ".image_url" : ".file_id"),
                    "This model takes images as a URL or a data URL in image_url only."));
    JsonObject.Builder image = JsonObject.builder().put("url", url);
    part.text("detail").ifPresent(detail -> image.put("detail", detail));
    return JsonObject.builder().put("type", "image_url").put("image_url", image.build()).build();
  }

  private static JsonObject file(JsonObject part, String path) {
    String data =
        part.text("file_data")
            .orElseThrow(() ->
                new UntranslatableException(
                    path + (part.isAbsent("file_url") ? ".file_id" : ".file_url"),
                    "This model takes files as base64 in file_data only."));
    JsonObject.Builder file = JsonObject.builder();
    part.text("filename").ifPresent(name -> file.put("filename", name));
    return JsonObject.builder()
        .put("type", "file")
        .put("file", file.put("file_data", data).build())
        .build();
  }
}
