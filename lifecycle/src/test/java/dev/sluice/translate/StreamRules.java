package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What every event stream of a Response must keep, whatever made it.
final class StreamRules {

  private static final Pattern FRAME =
      Pattern.compile("event: ([a-z_.]+)\ndata: (\\{[^\n\r]*})\n\n");
  private static final Set<String> TERMINAL =
      Set.of("response.completed", "response.incomplete", "response.failed");

  private StreamRules() {}

  /// Checks the frames of a whole stream and gives the Response of its last event.
  static JsonObject check(List<byte[]> frames) {
    StreamAccumulator accumulator = new StreamAccumulator();
    List<String> types = new ArrayList<>();
    JsonObject last = JsonObject.EMPTY;
    for (int i = 0; i < frames.size(); i++) {
      JsonObject event = event(frames.get(i), i);
      String type = event.text("type").orElseThrow();
      types.add(type);
      if (i < 2) {
        checkBegun(event.object("response").orElseThrow());
      } else if (TERMINAL.contains(type)) {
        last = event.object("response").orElseThrow();
      } else {
        accumulator.accept(type, event);
      }
    }
    assertThat(types).startsWith("response.created", "response.in_progress");
    assertThat(types.stream().filter(TERMINAL::contains)).hasSize(1);
    assertThat(types.getLast()).isIn(TERMINAL);
    checkEnd(types.getLast(), last, accumulator.output());
    return last;
  }

  private static JsonObject event(byte[] frame, int number) {
    String text = new String(frame, StandardCharsets.UTF_8);
    Matcher matcher = FRAME.matcher(text);
    assertThat(matcher.matches()).as("one event per frame: %s", text).isTrue();
    JsonObject event = TestingStreams.object(matcher.group(2));
    assertThat(event.members().keySet()).startsWith("type", "sequence_number");
    assertThat(event.text("type")).hasValue(matcher.group(1));
    assertThat(event.number("sequence_number")).hasValue((long) number);
    assertThat(event.has("error")).isFalse();
    return event;
  }

  private static void checkBegun(JsonObject response) {
    assertThat(response.text("status")).hasValue("in_progress");
    assertThat(response.get("output")).isEqualTo(JsonArray.EMPTY);
    for (String name : List.of("completed_at", "error", "incomplete_details", "usage")) {
      assertThat(response.get(name)).isEqualTo(JsonNull.NULL);
    }
  }

  private static void checkEnd(String type, JsonObject response, List<JsonObject> output) {
    assertThat(response.items("output")).isEqualTo(output);
    String status = response.text("status").orElseThrow();
    assertThat(type).isEqualTo("response." + (status.equals("cancelled") ? "failed" : status));
    assertThat(response.isAbsent("completed_at")).isEqualTo(!status.equals("completed"));
    assertThat(response.isAbsent("incomplete_details")).isEqualTo(!status.equals("incomplete"));
    assertThat(response.isAbsent("error")).isEqualTo(!status.equals("failed"));
    boolean isCut = output.stream().anyMatch(StreamRules::isIncomplete);
    if (status.equals("completed")) {
      assertThat(isCut).isFalse();
    }
    if (status.equals("incomplete") && !output.isEmpty() && output.getLast().has("status")) {
      assertThat(isIncomplete(output.getLast())).isTrue();
    }
  }

  private static boolean isIncomplete(JsonObject item) {
    return item.text("status").orElse("").equals("incomplete");
  }
}
