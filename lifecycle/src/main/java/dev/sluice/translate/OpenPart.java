package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// One text of an item while it is written. Whatever comes after its end is left out: the client
/// has been told that it is whole. For use by one thread.
final class OpenPart {

  private final EventFrames frames;
  private final Supplier<JsonObject.Builder> place;
  private final PartKind kind;
  private final StringBuilder text = new StringBuilder();
  private final List<JsonValue> annotations = new ArrayList<>();
  private final List<JsonValue> logprobs = new ArrayList<>();
  private boolean isClosed;

  /// Tells that the part begins.
  ///
  /// @param place starts the members of an event with where the part stands
  OpenPart(EventFrames frames, Supplier<JsonObject.Builder> place, PartKind kind) {
    this.frames = frames;
    this.place = place;
    this.kind = kind;
    frames.add(kind.partEvent() + ".added", place.get().put("part", toJson()).build());
  }

  PartKind kind() {
    return kind;
  }

  String text() {
    return text.toString();
  }

  /// The part of a message.
  Part toPart() {
    return kind == PartKind.REFUSAL
        ? new Part.Refusal(text())
        : new Part.Text(text(), new JsonArray(annotations), new JsonArray(logprobs));
  }

  /// @param entries the log probabilities of these words
  void append(String delta, List<JsonValue> entries) {
    if (isClosed || (delta.isEmpty() && entries.isEmpty())) {
      return;
    }
    text.append(delta);
    JsonObject.Builder event = place.get().put("delta", delta);
    if (kind == PartKind.OUTPUT_TEXT) {
      logprobs.addAll(entries);
      event.put("logprobs", new JsonArray(entries));
    }
    frames.add(kind.textEvent() + ".delta", event.build());
  }

  void annotate(JsonObject annotation) {
    if (isClosed || kind != PartKind.OUTPUT_TEXT) {
      return;
    }
    frames.add(
        "response.output_text.annotation.added",
        place
            .get()
            .put("annotation_index", annotations.size())
            .put("annotation", annotation)
            .build());
    annotations.add(annotation);
  }

  /// Adds what is not there yet of a part that is known whole. A text that goes on otherwise than
  /// it began is left as it was told.
  void complete(JsonObject whole) {
    String wholeText = whole.text(kind.member()).orElse("");
    List<JsonValue> entries = ChatLogprobs.of(whole.items("logprobs")).items();
    boolean goesOn = wholeText.startsWith(text());
    append(
        goesOn ? wholeText.substring(text.length()) : "",
        kind == PartKind.OUTPUT_TEXT && goesOn
            ? entries.stream().skip(logprobs.size()).toList()
            : List.of());
    whole.items("annotations").stream()
        .skip(annotations.size())
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast)
        .toList()
        .forEach(this::annotate);
  }

  void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    JsonObject.Builder done = place.get().put(kind.member(), text());
    if (kind == PartKind.OUTPUT_TEXT) {
      done.put("logprobs", new JsonArray(logprobs));
    }
    frames.add(kind.textEvent() + ".done", done.build());
    frames.add(kind.partEvent() + ".done", place.get().put("part", toJson()).build());
  }

  private JsonObject toJson() {
    return switch (kind) {
      case OUTPUT_TEXT, REFUSAL -> toPart().toJson();
      case REASONING_TEXT, SUMMARY_TEXT ->
          JsonObject.builder().put("type", kind.type()).put("text", text()).build();
    };
  }
}
