package dev.sluice.local;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Arrays;
import java.util.Optional;

/// The models of the [DemoUpstream].
enum DemoModel {
  ECHO("demo-echo"),
  SLOW("demo-slow"),
  TOOLS("demo-tools"),
  REASON("demo-reason"),
  FLAKY("demo-flaky"),
  EMBED("demo-embed");

  private final String text;

  DemoModel(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  boolean chats() {
    return this != EMBED;
  }

  static Optional<DemoModel> of(String text) {
    return Arrays.stream(values()).filter(model -> model.text.equals(text)).findFirst();
  }

  /// What `GET /v1/models` answers.
  static JsonObject list() {
    return JsonObject.builder()
        .put("object", "list")
        .put("data", new JsonArray(Arrays.stream(values()).map(DemoModel::entry).toList()))
        .build();
  }

  private static JsonValue entry(DemoModel model) {
    return JsonObject.builder()
        .put("id", model.text)
        .put("object", "model")
        .put("created", 1_763_683_200L)
        .put("owned_by", "sluice-demo")
        .build();
  }
}
