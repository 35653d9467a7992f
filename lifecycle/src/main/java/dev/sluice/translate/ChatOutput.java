package dev.sluice.translate;

import dev.sluice.request.ResponseId;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import java.util.List;

/// The choices of a chat completion as output items: for each choice in order its reasoning, its
/// message, and its tool calls.
final class ChatOutput {

  private ChatOutput() {}

  /// The items of a completion; none when the body is no completion.
  static List<OutputItem> of(ResponseId response, JsonObject completion) {
    ResponseEvents events = new ResponseEvents(EventFrames.discarded());
    for (JsonValue item : completion.items("choices")) {
      if (item instanceof JsonObject choice) {
        ChatItems items = new ChatItems(events, ItemIds.ofOutput(response), ToolRules.NONE);
        items.addWhole(choice);
        items.end(FinishReason.ofChoice(choice));
      }
    }
    return events.written();
  }
}
