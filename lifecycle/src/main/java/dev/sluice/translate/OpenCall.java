package dev.sluice.translate;

import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.OutputItem.Status;

/// A call of a function or of a custom tool. For use by one thread.
final class OpenCall extends OpenItem {

  /// @param callId by which the client's output refers to it
  /// @param isCustom whether the tool takes free text
  record Callee(String callId, String name, boolean isCustom) {

    /// The call of a complete item.
    static Callee of(JsonObject item, String callId) {
      return new Callee(
          callId,
          item.text("name").orElse(""),
          item.text("type").orElse("").equals("custom_tool_call"));
    }
  }

  private final Callee callee;
  private final StringBuilder arguments = new StringBuilder();

  OpenCall(EventFrames frames, String id, int index, Callee callee) {
    super(frames, id, index);
    this.callee = callee;
  }

  void append(String delta) {
    if (delta.isEmpty() || !isOpen()) {
      return;
    }
    arguments.append(delta);
    frames().add(event() + ".delta", place().put("delta", delta).build());
  }

  /// Adds what is missing of arguments that are known whole; what goes on otherwise than it began
  /// is left as it was told.
  void completeWith(String whole) {
    if (whole.startsWith(arguments.toString())) {
      append(whole.substring(arguments.length()));
    }
  }

  @Override
  boolean matches(JsonObject whole) {
    return whole
            .text("type")
            .orElse("")
            .equals(callee.isCustom() ? "custom_tool_call" : "function_call")
        && whole.text("name").orElse("").equals(callee.name());
  }

  @Override
  void addMissing(JsonObject whole) {
    completeWith(whole.text(member()).orElse(""));
    describe(whole);
  }

  @Override
  void closeContent() {
    JsonObject.Builder done = place();
    if (!callee.isCustom()) {
      done.put("name", callee.name());
    }
    frames().add(event() + ".done", done.put(member(), arguments.toString()).build());
  }

  private String event() {
    return callee.isCustom()
        ? "response.custom_tool_call_input"
        : "response.function_call_arguments";
  }

  private String member() {
    return callee.isCustom() ? "input" : "arguments";
  }

  @Override
  OutputItem item(Status status) {
    return callee.isCustom()
        ? new OutputItem.CustomToolCall(
            id(), callee.callId(), callee.name(), arguments.toString(), status)
        : new OutputItem.FunctionCall(
            id(), callee.callId(), callee.name(), arguments.toString(), status);
  }
}
