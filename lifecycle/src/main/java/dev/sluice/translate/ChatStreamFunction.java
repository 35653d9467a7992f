package dev.sluice.translate;

import dev.sluice.wire.JsonValue.JsonObject;

/// The name and the input of one call, which come in pieces.
final class ChatStreamFunction {

  private final String member;
  private String name = "";
  private final StringBuilder input = new StringBuilder();

  /// @param member that holds the input: `arguments` of a function, `input` of a custom tool
  ChatStreamFunction(String member) {
    this.member = member;
  }

  void add(JsonObject delta) {
    if (name.isEmpty()) {
      // Stated once; servers that repeat it repeat the whole.
      name = delta.text("name").orElse("");
    }
    delta.text(member).ifPresent(input::append);
  }

  JsonObject toJson() {
    return JsonObject.builder().put("name", name).put(member, input.toString()).build();
  }
}
