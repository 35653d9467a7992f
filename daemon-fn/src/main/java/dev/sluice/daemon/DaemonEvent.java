package dev.sluice.daemon;

import dev.sluice.wire.Json;
import dev.sluice.wire.Json.Parse;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;

/// What the function was invoked for.
sealed interface DaemonEvent {

  /// A schedule of EventBridge Scheduler is due.
  ///
  /// @param id of the event; empty when it has none
  record Tick(String id) implements DaemonEvent {}

  /// The queue of wake signals has some: there is work.
  ///
  /// @param signals how many
  record Wake(int signals) implements DaemonEvent {}

  /// Nobody sends such an event, so the function was wired to something that it is not for.
  final class UnknownEventException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownEventException(String message) {
      super(message);
    }
  }

  /// Reads the raw bytes of an invocation.
  ///
  /// A tick is known by the two members that EventBridge Scheduler always sends when the schedule
  /// names no input of its own; a wake by its records, all of which Amazon SQS sends.
  ///
  /// @throws UnknownEventException saying what came instead; never with the event's content
  static DaemonEvent read(byte[] bytes) {
    return switch (Json.parse(bytes)) {
      case Parse.Malformed(String message, String _) ->
          throw new UnknownEventException("The event is not JSON. " + message);
      case Parse.Parsed(var document) when document.root() instanceof JsonObject event -> of(event);
      case Parse.Parsed(var document) ->
          throw new UnknownEventException(
              "The event is of the JSON kind " + document.root().kind() + ", not an object");
    };
  }

  private static DaemonEvent of(JsonObject event) {
    String source = event.text("source").orElse("");
    String type = event.text("detail-type").orElse("");
    if (source.equals("aws.scheduler") && type.equals("Scheduled Event")) {
      return new Tick(event.text("id").orElse(""));
    }
    List<JsonValue> records = event.items("Records");
    if (!records.isEmpty() && records.stream().allMatch(DaemonEvent::isSignal)) {
      return new Wake(records.size());
    }
    throw new UnknownEventException(
        "The event has the source '%s' and the detail-type '%s', and %d other members"
            .formatted(word(source), word(type), event.members().size()));
  }

  /// What a signal says does not matter: that it came is all.
  private static boolean isSignal(JsonValue each) {
    return each instanceof JsonObject signal
        && signal.text("eventSource").orElse("").equals("aws:sqs");
  }

  /// Enough of a word to recognise it, and nothing that could be content.
  private static String word(String text) {
    return text.matches("[A-Za-z0-9 ._:-]{0,64}") ? text : "(not a word)";
  }
}
