package dev.sluice.local;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The text of an event stream as a client reads it, with the rules that every stream of ours keeps
/// (reference: Open Responses 2026-04-24, streaming; `design/api.md`).
///
/// @param events the data of each event, without `[DONE]`
/// @param done whether `[DONE]` ended the stream
record ServerSentEvents(List<Event> events, boolean done) {

  private static final String DONE = "[DONE]";
  private static final Set<String> TERMINAL =
      Set.of("response.completed", "response.incomplete", "response.failed");

  /// @param name the `event:` line, empty when there was none
  /// @param data an empty object when it was no JSON object
  record Event(String name, String text, JsonObject data) {

    String type() {
      return data.text("type").orElse("");
    }
  }

  ServerSentEvents {
    events = List.copyOf(events);
  }

  static ServerSentEvents of(String text) {
    List<Event> events = new ArrayList<>();
    boolean done = false;
    for (String frame : text.split("\n\n", -1)) {
      String data = line(frame, "data: ").orElse("");
      if (data.equals(DONE)) {
        done = true;
      } else if (!data.isEmpty()) {
        events.add(
            new Event(
                line(frame, "event: ").orElse(""),
                data,
                Json.objectOrEmpty(data.getBytes(StandardCharsets.UTF_8))));
      }
    }
    return new ServerSentEvents(events, done);
  }

  private static Optional<String> line(String frame, String start) {
    return frame
        .lines()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()))
        .findFirst();
  }

  /// The `response` of the last event that tells the end.
  Optional<JsonObject> terminal() {
    return events.stream()
        .filter(event -> TERMINAL.contains(event.type()))
        .reduce((_, later) -> later)
        .flatMap(event -> event.data().object("response"));
  }

  Stream<Event> ofType(String type) {
    return events.stream().filter(event -> event.type().equals(type));
  }

  /// What is wrong with a stream whose events are of this schema.
  static List<String> violations(String schema, String text) {
    ServerSentEvents stream = of(text);
    List<String> violations = new ArrayList<>();
    if (text.contains("\r")) {
      violations.add("A carriage return");
    }
    if (!text.endsWith("\n\n")) {
      violations.add("The last frame has no end");
    }
    if (text.lines().anyMatch(line -> line.startsWith("id:"))) {
      violations.add("A line with an id");
    }
    for (Event event : stream.events) {
      violations.addAll(
          ContractCheck.violations(ContractCheck.schemaOf(schema, event.data), event.data));
    }
    if (schema.equals("ResponseStreamEvent")) {
      stream.addViolations(violations);
    }
    return violations;
  }

  private void addViolations(List<String> violations) {
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      long number = event.data.number("sequence_number").orElse(-1L);
      if (!event.name.equals(event.type())) {
        violations.add("The event line says " + event.name + ", the data " + event.type());
      }
      if (i > 0 && number != 1 + events.get(i - 1).data.number("sequence_number").orElse(-1L)) {
        violations.add("The sequence breaks before " + number);
      }
      if (TERMINAL.contains(event.type()) && i < events.size() - 1) {
        violations.add(event.type() + " is not the last event");
      }
    }
    if (done && !events.isEmpty() && !isOver(events.getLast())) {
      violations.add("[DONE] after " + events.getLast().type());
    }
  }

  private static boolean isOver(Event event) {
    return TERMINAL.contains(event.type()) || event.type().equals("error");
  }
}
