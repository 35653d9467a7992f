package dev.sluice.translate;

import dev.sluice.request.Usage;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a chat completion, of which a Response knows one choice: the first. For use by one thread.
final class ChatReading implements AnswerReading {

  private final ResponseEvents events;
  private final ChatItems items;
  private FinishReason finish = FinishReason.BROKEN;
  private @Nullable Usage usage;

  ChatReading(ClientCall call, EventFrames frames) {
    this.events = new ResponseEvents(frames);
    this.items =
        new ChatItems(
            events, ItemIds.ofOutput(call.request().id()), ToolRules.of(call.document().object()));
  }

  /// Takes an answer that was not streamed.
  void takeWhole(JsonObject completion) {
    usage = UsageCounts.ofChat(completion).orElse(null);
    for (JsonValue item : completion.items("choices")) {
      if (item instanceof JsonObject choice && isFirst(choice)) {
        items.addWhole(choice);
        finish = FinishReason.ofChoice(choice);
        return;
      }
    }
  }

  @Override
  public void take(JsonObject event, UpstreamEvents upstream) {
    usage = UsageCounts.ofChat(event).orElse(usage);
    for (JsonValue item : event.items("choices")) {
      if (item instanceof JsonObject choice && isFirst(choice)) {
        items.addDelta(choice);
        choice.text("finish_reason").ifPresent(reason -> finish = FinishReason.ofText(reason));
      }
    }
  }

  private static boolean isFirst(JsonObject choice) {
    return choice.number("index").orElse(0L) == 0;
  }

  /// An answer that calls a function without saying which is broken: nobody can make that call.
  @Override
  public FinishReason finish() {
    return items.hasNamelessCall() ? FinishReason.BROKEN : finish;
  }

  @Override
  public void end(FinishReason as) {
    items.end(as);
  }

  @Override
  public @Nullable Usage usage() {
    return usage;
  }

  @Override
  public ResponseParameters inForce(ResponseParameters own) {
    return own;
  }

  @Override
  public List<JsonObject> output() {
    return events.output();
  }
}
