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
    if (input.isEmpty()) {
      name = joined(name, delta.text("name").orElse(""));
    }
    delta.text(member).ifPresent(input::append);
  }

  boolean hasInput() {
    return !input.isEmpty();
  }

  /// A name with its next piece. Some servers repeat the name so far, or all of it. Once the input
  /// has begun, a name is whole, and a reader takes no more of it.
  static String joined(String name, String piece) {
    return piece.startsWith(name) ? piece : name + piece;
  }

  JsonObject toJson() {
    return JsonObject.builder().put("name", name).put(member, input.toString()).build();
  }
}
