package dev.sluice.local;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What scripts need to know about a running stack, kept up to date in `dev.json`. Safe for use by
/// several threads.
final class StackDescription {

  private final PrivateFile file;
  private @Nullable JsonObject fixed;

  /// The living processes of each function; empty when the functions have none of their own.
  private final Map<String, Set<Long>> processes = new LinkedHashMap<>();

  StackDescription(PrivateFile file) {
    this.file = file;
  }

  /// Writes the file for the first time, with what does not change while the stack runs.
  synchronized void publish(JsonObject description) {
    fixed = description;
    write();
  }

  synchronized void processStarted(String function, long pid) {
    processes.computeIfAbsent(function, _ -> new LinkedHashSet<>()).add(pid);
    write();
  }

  synchronized void processEnded(String function, long pid) {
    processes.getOrDefault(function, new LinkedHashSet<>()).remove(pid);
    write();
  }

  private void write() {
    if (fixed != null) {
      file.write(content(fixed));
    }
  }

  /// What is in the file.
  synchronized JsonObject content() {
    return content(fixed == null ? JsonObject.EMPTY : fixed);
  }

  private JsonObject content(JsonObject base) {
    if (processes.isEmpty()) {
      return base;
    }
    JsonObject.Builder functions = JsonObject.builder();
    processes.forEach((function, pids) -> functions.put(function, numbers(List.copyOf(pids))));
    return base.toBuilder().put("processes", functions.build()).build();
  }

  private static JsonArray numbers(List<Long> pids) {
    return new JsonArray(
        pids.stream().<JsonValue>map(pid -> new JsonNumber(pid.toString())).toList());
  }
}
