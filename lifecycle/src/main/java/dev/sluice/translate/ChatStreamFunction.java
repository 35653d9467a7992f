package dev.sluice.translate;

import dev.sluice.wire.JsonValue.JsonObject;

/// The name and the arguments of one call, which come in pieces.
final class ChatStreamFunction {

  private String name = "";
  private final StringBuilder arguments = new StringBuilder();

  void add(JsonObject delta) {
    if (name.isEmpty()) {
      // Stated once; servers that repeat it repeat the whole.
      name = delta.text("name").orElse("");
    }
    delta.text("arguments").ifPresent(arguments::append);
  }

  JsonObject toJson() {
    return JsonObject.builder().put("name", name).put("arguments", arguments.toString()).build();
  }
}
