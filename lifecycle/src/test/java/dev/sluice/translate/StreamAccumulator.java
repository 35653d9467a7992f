package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts the output of a Response together from its events alone, as strict clients do, and refuses
/// what they refuse.
final class StreamAccumulator {

  /// A text of an item.
  private static final class Part {

    private final String type;
    private final StringBuilder text = new StringBuilder();
    private final List<JsonValue> annotations = new ArrayList<>();
    private final List<JsonValue> logprobs = new ArrayList<>();
    private boolean isTextDone;
    private boolean isDone;

    Part(String type) {
      this.type = type;
    }

    JsonObject toJson() {
      JsonObject.Builder json =
          JsonObject.builder()
              .put("type", type)
              .put(type.equals("refusal") ? "refusal" : "text", text.toString());
      return type.equals("output_text")
          ? json.put("annotations", new JsonArray(annotations))
              .put("logprobs", new JsonArray(logprobs))
              .build()
          : json.build();
    }
  }

  private static final class Item {

    private final JsonObject added;
    private final List<Part> content = new ArrayList<>();
    private final List<Part> summary = new ArrayList<>();
    private final StringBuilder arguments = new StringBuilder();
    private boolean areArgumentsDone;
    private @Nullable JsonObject done;

    Item(JsonObject added) {
      this.added = added;
    }

    List<Part> parts(boolean isSummary) {
      return isSummary ? summary : content;
    }
  }

  private final List<Item> items = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  /// The items that are done, in order.
  List<JsonObject> output() {
    return items.stream()
        .map(item -> Objects.requireNonNull(item.done, "an item is open"))
        .toList();
  }

  void accept(String type, JsonObject event) {
    switch (type) {
      case "response.output_item.added" -> added(event);
      case "response.output_item.done" -> done(event);
      case "response.content_part.added" -> partAdded(event, false);
      case "response.reasoning_summary_part.added" -> partAdded(event, true);
      case "response.content_part.done" -> partDone(event, false);
      case "response.reasoning_summary_part.done" -> partDone(event, true);
      case "response.output_text.delta" -> textDelta(event, "output_text");
      case "response.refusal.delta" -> textDelta(event, "refusal");
      case "response.reasoning_text.delta" -> textDelta(event, "reasoning_text");
      case "response.reasoning_summary_text.delta" -> textDelta(event, "summary_text");
      case "response.output_text.done" -> textDone(event, "output_text");
      case "response.refusal.done" -> textDone(event, "refusal");
      case "response.reasoning_text.done" -> textDone(event, "reasoning_text");
      case "response.reasoning_summary_text.done" -> textDone(event, "summary_text");
      case "response.output_text.annotation.added" -> annotated(event);
      case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta" ->
          item(event).arguments.append(required(event, "delta"));
      case "response.function_call_arguments.done" -> {
        argumentsDone(event, "arguments");
        assertThat(event.text("name")).isEqualTo(item(event).added.text("name"));
      }
      case "response.custom_tool_call_input.done" -> argumentsDone(event, "input");
      default -> {
        // The event of a hosted tool: only its place is ours.
        var _ = item(event);
      }
    }
  }

  private void added(JsonObject event) {
    JsonObject item = event.object("item").orElseThrow();
    assertThat(event.number("output_index")).hasValue((long) items.size());
    String id = required(item, "id");
    assertThat(id).isNotEmpty();
    assertThat(ids.add(id)).as("id %s is new", id).isTrue();
    switch (required(item, "type")) {
      case "message" -> {
        assertThat(required(item, "role")).isEqualTo("assistant");
        assertThat(item.get("content")).isEqualTo(JsonArray.EMPTY);
      }
      case "function_call", "custom_tool_call" -> {
        assertThat(required(item, "call_id")).isNotEmpty();
        assertThat(item.has("name")).isTrue();
        assertThat(item.text(argumentsName(item))).hasValue("");
      }
      default -> assertThat(item.members()).isNotEmpty();
    }
    if (item.has("status")) {
      assertThat(required(item, "status")).isEqualTo("in_progress");
    }
    items.add(new Item(item));
  }

  private void partAdded(JsonObject event, boolean isSummary) {
    List<Part> parts = item(event).parts(isSummary);
    assertThat(event.number(indexName(isSummary))).hasValue((long) parts.size());
    JsonObject part = event.object("part").orElseThrow();
    Part begun = new Part(required(part, "type"));
    assertThat(part).isEqualTo(begun.toJson());
    parts.add(begun);
  }

  private void textDelta(JsonObject event, String type) {
    Part part = part(event, type);
    assertThat(part.isTextDone).isFalse();
    part.text.append(required(event, "delta"));
    if (type.equals("output_text")) {
      assertThat(event.get("logprobs")).isInstanceOf(JsonArray.class);
      part.logprobs.addAll(event.items("logprobs"));
    }
  }

  private void textDone(JsonObject event, String type) {
    Part part = part(event, type);
    assertThat(part.isTextDone).isFalse();
    part.isTextDone = true;
    assertThat(event.text(type.equals("refusal") ? "refusal" : "text"))
        .hasValue(part.text.toString());
    if (type.equals("output_text")) {
      assertThat(event.get("logprobs")).isEqualTo(new JsonArray(part.logprobs));
    }
  }

  private void annotated(JsonObject event) {
    Part part = part(event, "output_text");
    assertThat(event.number("annotation_index")).hasValue((long) part.annotations.size());
    part.annotations.add(event.object("annotation").orElseThrow());
  }

  private void partDone(JsonObject event, boolean isSummary) {
    Part part = part(event, isSummary);
    assertThat(part.isTextDone).isTrue();
    assertThat(part.isDone).isFalse();
    part.isDone = true;
    assertThat(event.get("part")).isEqualTo(part.toJson());
  }

  private void argumentsDone(JsonObject event, String member) {
    Item item = item(event);
    assertThat(item.areArgumentsDone).isFalse();
    item.areArgumentsDone = true;
    assertThat(event.text(member)).hasValue(item.arguments.toString());
  }

  private void done(JsonObject event) {
    int index = Math.toIntExact(event.number("output_index").orElseThrow());
    Item item = items.get(index);
    JsonObject whole = event.object("item").orElseThrow();
    assertThat(item.done).as("done once").isNull();
    assertThat(whole.text("id")).isEqualTo(item.added.text("id"));
    assertThat(whole.text("type")).isEqualTo(item.added.text("type"));
    switch (required(whole, "type")) {
      case "message" -> assertThat(whole.get("content")).isEqualTo(json(item.content));
      case "reasoning" -> {
        assertThat(whole.get("content")).isEqualTo(json(item.content));
        assertThat(whole.get("summary")).isEqualTo(json(item.summary));
      }
      case "function_call", "custom_tool_call" -> {
        assertThat(item.areArgumentsDone).isTrue();
        assertThat(whole.text("name")).isEqualTo(item.added.text("name"));
        assertThat(whole.text("call_id")).isEqualTo(item.added.text("call_id"));
        assertThat(whole.text(argumentsName(whole))).hasValue(item.arguments.toString());
      }
      default -> assertThat(whole.members()).isNotEmpty();
    }
    item.done = whole;
  }

  private static JsonArray json(List<Part> parts) {
    assertThat(parts).allMatch(part -> part.isDone);
    return new JsonArray(parts.stream().<JsonValue>map(Part::toJson).toList());
  }

  private Item item(JsonObject event) {
    int index = Math.toIntExact(event.number("output_index").orElseThrow());
    assertThat(index).isLessThan(items.size());
    Item item = items.get(index);
    assertThat(item.done).as("nothing comes after done").isNull();
    assertThat(event.text("item_id")).isEqualTo(item.added.text("id"));
    return item;
  }

  private Part part(JsonObject event, String type) {
    Part part = part(event, type.equals("summary_text"));
    assertThat(part.type).isEqualTo(type);
    return part;
  }

  private Part part(JsonObject event, boolean isSummary) {
    List<Part> parts = item(event).parts(isSummary);
    int index = Math.toIntExact(event.number(indexName(isSummary)).orElseThrow());
    assertThat(index).isLessThan(parts.size());
    return parts.get(index);
  }

  private static String indexName(boolean isSummary) {
    return isSummary ? "summary_index" : "content_index";
  }

  private static String argumentsName(JsonObject item) {
    return required(item, "type").equals("function_call") ? "arguments" : "input";
  }

  private static String required(JsonObject object, String name) {
    return object.text(name).orElseThrow(() -> new AssertionError(name + " is missing: " + object));
  }
}
